import { pauseKey } from '@redis-to-mongo/operations';
import { ALLOW_NONE } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';

export const pause: Declare = (command, call) =>
  command
    .description(
      'Has keys rest: no job reads them until resume; one that is under way ends its slice. A PATTERN is a key, or one of ' +
        'Redis’ (`orders:*`) for the whole name; quote it. It takes the keys that MongoDB knows of now, not those that come ' +
        'later. The rest outlives restarts of the fleet and the loss of its queue. What Redis trims meanwhile is lost, and a ' +
        'gap after resume. Doing it twice does no harm. Exit code 1 when a PATTERN takes no key, without ' +
        '--allow-none.',
    )
    .argument('<PATTERN...>')
    .addOption(ALLOW_NONE)
    .addHelpText(
      'after',
      examples(
        ['pause orders', 'orders rests'],
        ["pause 'orders:*' --json", 'all keys whose names begin with orders:'],
      ),
    )
    .action(
      call.ends(async (patterns, options) => {
        const db = await call.clients.db();
        return await changeKeys(call, { ...options, patterns, action: 'pause' }, (key) =>
          pauseKey({ db }, key),
        );
      }),
    );
