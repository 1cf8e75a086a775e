import { ALLOW_NONE } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import type { Command } from '../command.js';

export const resume: Command = {
  name: 'resume',
  forms: ['PATTERN...'],
  about:
    'Ends the rest of keys that were paused, and has the fleet sync them at once. A PATTERN is a key, or one of Redis’\n' +
    '(`orders:*`) for the whole name; quote it. Doing it twice does no harm. Exit code 1 when a PATTERN takes no key, without\n' +
    '--allow-none.',
  args: { min: 1, max: 10_000 },
  options: { ...ALLOW_NONE },
  examples: [
    ['resume orders', 'orders goes on where it was'],
    ["resume '*'", 'everything that rests'],
  ],
  async run(call) {
    const { resumeKey } = await import('@redis-to-mongo/operations');
    const fleet = { db: await call.servers.db(), queue: await call.servers.queue() };
    return await changeKeys(call, 'resume', 'paused', (key) => resumeKey(fleet, key));
  },
};
