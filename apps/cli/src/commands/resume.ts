import { resumeKey } from '@redis-to-mongo/operations';
import { ALLOW_NONE } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';

export const resume: Declare = (command, call) =>
  command
    .description(
      'Resumes paused keys, and has the fleet sync them now. PATTERN is a key or a Redis glob pattern ' +
        '(`orders:*`) for the whole name; quote it. Resuming twice is harmless. Exit code 1 if a PATTERN matches no key, without ' +
        '--allow-none.',
    )
    .argument('<PATTERN...>')
    .addOption(ALLOW_NONE)
    .addHelpText(
      'after',
      examples(['resume orders', 'resume one key'], ["resume '*'", 'resume all paused keys']),
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
