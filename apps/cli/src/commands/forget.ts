import { type Forgotten, forgetKey } from '@redis-to-mongo/mongo-sink';
import { ALLOW_NONE } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import { CliError } from '../cli-error.js';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';

/** What is shown of a key. */
const DONE: Readonly<Record<Forgotten, string>> = {
  forgotten: 'forgotten',
  active: 'kept: it is in Redis, or was at its last sync',
  paused: 'kept: it is paused',
  'has messages': 'kept: it has messages',
  'has dead letters': 'kept: it has dead letters',
  'has losses': 'kept: entries were lost or refused',
  'has history': 'kept: it has a history of members',
  'changed meanwhile': 'kept: it was created again',
  unknown: 'unknown',
};

export const forget: Declare = (command, call) =>
  command
    .description(
      'Removes keys from MongoDB that no longer exist in Redis: the document in keys, and the empty value. Keys that have more ' +
        '(messages, dead letters, losses, a history of members) are kept; --all removes these too, for good. ' +
        'PATTERN is a key or a Redis glob pattern (`session:*`) for the whole name; quote it. A key that is created again starts its first ' +
        'incarnation. Keys without more are removed automatically after GONE_KEYS_KEEP_SEC. Exit code 1 if a key is kept, or a ' +
        'PATTERN matches no deleted key, without --allow-none.',
    )
    .argument('<PATTERN...>')
    .option('--yes', 'confirm')
    .option('--all', 'remove messages, dead letters, losses and history too')
    .addOption(ALLOW_NONE)
    .addHelpText(
      'after',
      examples(
        ["forget 'session:*' --yes", 'deleted sessions'],
        ['forget orders:old --yes --all', 'a deleted stream, with its messages'],
      ),
    )
    .action(
      call.ends(async (patterns, { yes, all: withData = false, allowNone }) => {
        const { clients } = call;
        if (!yes)
          throw new CliError('CLI_REFUSED', 'forget: this removes data for good: add --yes to confirm');
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
            onlyOthers: 'kept: all of its keys still exist',
            allowNone,
          },
          forgetOne,
        );
      }),
    );
