import type { Forgotten } from '@redis-to-mongo/mongo-sink';
import { ALLOW_NONE } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import { CliError } from '../cli-error.js';
import type { Command } from '../command.js';

/** What is shown of a key. */
const DONE: Readonly<Record<Forgotten, string>> = {
  forgotten: 'forgotten',
  active: 'kept: it is in Redis, or was when it was last read',
  paused: 'kept: it is paused',
  'has messages': 'kept: it has messages',
  'has dead letters': 'kept: it has dead letters',
  'has losses': 'kept: entries were lost or refused',
  'has history': 'kept: the history of its members',
  'changed meanwhile': 'kept: it has come back',
  unknown: 'unknown',
};

export const forget: Command = {
  name: 'forget',
  forms: ['PATTERN... --yes [--all]'],
  about:
    'Removes what MongoDB knows of keys that are gone from Redis: the document in keys, and the empty value. Keys of which\n' +
    'there is more (messages, dead letters, losses, the history of members) are kept; with --all that goes too, for good.\n' +
    'A PATTERN is a key, or one of Redis’ (`session:*`) for the whole name; quote it. A key that comes back begins its first\n' +
    'life. What has left nothing else is forgotten by itself after GONE_KEYS_KEEP_SEC. Exit code 1 when a key is kept, or a\n' +
    'PATTERN takes no key that is gone, without --allow-none.',
  args: { min: 1, max: 10_000 },
  options: {
    yes: { doc: 'yes, forget them' },
    all: { doc: 'messages, dead letters, losses and history too' },
    ...ALLOW_NONE,
  },
  examples: [
    ["forget 'session:*' --yes", 'sessions that are gone'],
    ['forget orders:old --yes --all', 'a stream that is gone, with its messages'],
  ],
  async run(call) {
    const { options, servers } = call;
    if (!options.flag('yes'))
      throw new CliError(
        'CLI_REFUSED',
        'forget: what is forgotten is gone for good: add --yes if you mean it',
      );
    const { forgetKey } = await import('@redis-to-mongo/mongo-sink');
    const [db, { rules }] = [await servers.db(), await servers.config()];
    const withData = options.flag('all');
    const forgetOne = async (key: string) => {
      const result = await forgetKey(db, key, rules, { withData });
      return { done: DONE[result], isRefused: result !== 'forgotten' && result !== 'unknown' };
    };
    return await changeKeys(call, 'forget', 'deleted', forgetOne, 'kept: none of its keys is gone');
  },
};
