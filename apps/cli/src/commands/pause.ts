import { ALLOW_NONE } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import type { Command } from '../command.js';

export const pause: Command = {
  name: 'pause',
  forms: ['PATTERN...'],
  about:
    'Has keys rest: no job reads them until resume; one that is under way ends its slice. A PATTERN is a key, or one of\n' +
    'Redis’ (`orders:*`) for the whole name; quote it. It takes the keys that MongoDB knows of now, not those that come\n' +
    'later. The rest outlives restarts of the fleet and the loss of its queue. What Redis trims meanwhile is lost, and a\n' +
    'gap after resume. Doing it twice does no harm. Exit code 1 when a PATTERN takes no key, without\n' +
    '--allow-none.',
  args: { min: 1, max: 10_000 },
  options: { ...ALLOW_NONE },
  examples: [
    ['pause orders', 'orders rests'],
    ["pause 'orders:*' --json", 'all keys whose names begin with orders:'],
  ],
  async run(call) {
    const { pauseKey } = await import('@redis-to-mongo/operations');
    const db = await call.servers.db();
    return await changeKeys(call, 'pause', undefined, (key) => pauseKey({ db }, key));
  },
};
