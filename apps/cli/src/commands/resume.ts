import { resumeKey } from '@redis-to-mongo/operations';
import { ALLOW_NONE } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';

export const resume: Declare = (command, call) =>
  command
    .description(
      'Ends the rest of keys that were paused, and has the fleet sync them at once. A PATTERN is a key, or one of Redis’ ' +
        '(`orders:*`) for the whole name; quote it. Doing it twice does no harm. Exit code 1 when a PATTERN takes no key, without ' +
        '--allow-none.',
    )
    .argument('<PATTERN...>')
    .addOption(ALLOW_NONE)
    .addHelpText(
      'after',
      examples(['resume orders', 'orders goes on where it was'], ["resume '*'", 'everything that rests']),
    )
    .action(
      call.ends(async (patterns, options) => {
        const fleet = { db: await call.clients.db(), queue: await call.clients.queue() };
        return await changeKeys(
          call,
          { ...options, patterns, action: 'resume', condition: 'paused' },
          (key) => resumeKey(fleet, key),
        );
      }),
    );
