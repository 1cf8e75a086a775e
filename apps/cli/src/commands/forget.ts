import { type Forgotten, forgetKey } from '@redis-to-mongo/mongo-sink';
import { ALLOW_NONE } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import { CliError } from '../cli-error.js';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';

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

export const forget: Declare = (command, call) =>
  command
    .description(
      'Removes what MongoDB knows of keys that are gone from Redis: the document in keys, and the empty value. Keys of which ' +
        'there is more (messages, dead letters, losses, the history of members) are kept; with --all that goes too, for good. ' +
        'A PATTERN is a key, or one of Redis’ (`session:*`) for the whole name; quote it. A key that comes back begins its first ' +
        'incarnation. What has left nothing else is forgotten by itself after GONE_KEYS_KEEP_SEC. Exit code 1 when a key is kept, or a ' +
        'PATTERN takes no key that is gone, without --allow-none.',
    )
    .argument('<PATTERN...>')
    .option('--yes', 'yes, forget them')
    .option('--all', 'messages, dead letters, losses and history too')
    .addOption(ALLOW_NONE)
    .addHelpText(
      'after',
      examples(
        ["forget 'session:*' --yes", 'sessions that are gone'],
        ['forget orders:old --yes --all', 'a stream that is gone, with its messages'],
      ),
    )
    .action(
      call.ends(async (patterns, { yes, all: withData = false, allowNone }) => {
        const { clients } = call;
        if (!yes)
          throw new CliError(
            'CLI_REFUSED',
            'forget: what is forgotten is gone for good: add --yes if you mean it',
          );
        const [db, { rules }] = [await clients.db(), await clients.config()];
        const forgetOne = async (key: string) => {
          const result = await forgetKey(db, key, rules, { withData });
          return { done: DONE[result], isRefused: result !== 'forgotten' && result !== 'unknown' };
        };
        return await changeKeys(
          call,
          {
            patterns,
            action: 'forget',
            condition: 'deleted',
            onlyOthers: 'kept: none of its keys is gone',
            allowNone,
          },
          forgetOne,
        );
      }),
    );
