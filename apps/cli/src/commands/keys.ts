import { Option } from '@commander-js/extra-typings';
import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { findKeys } from '@redis-to-mongo/mongo-sink';
import { KEY_CONDITIONS, namePattern, shownKey } from '@redis-to-mongo/pipeline';
import { bad, colored, grouped } from '@redis-to-mongo/terminal';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';
import { fromNow } from '../times.js';
import { wholeNumber } from '../whole-number.js';

const SORTS = ['key', 'lag', 'changed', 'synced', 'gaps', 'dead', 'seen'] as const;

export const keys: Declare = (command, { out, clients, ends }) =>
  command
    .description(
      'Lists the keys in MongoDB, with their progress. PATTERN is a Redis glob pattern (`orders:*`) for the whole ' +
        'name; quote it. The lag is that of the last sync.',
    )
    .argument('[PATTERN]')
    .addOption(new Option('--type <T>', 'show only keys of this type').choices(KEY_TYPES))
    .addOption(new Option('--status <S>', 'show only keys with this status').choices(KEY_CONDITIONS))
    .addOption(new Option('--sort <S>', 'sort by name, or highest or newest first').choices(SORTS))
    .option('--limit <N>', 'show at most N', wholeNumber(1, 1_000_000), 50)
    .addHelpText(
      'after',
      examples(
        ["keys 'orders:*' --type stream", 'all streams whose names begin with orders:'],
        ['keys --status behind --sort lag --limit 10', 'the ten keys with the most lag'],
        ['keys --status failing --json', 'keys whose last sync failed, with the errors'],
      ),
    )
    .action(
      ends(async (pattern, { type: keyType, status: condition, sort, limit }) => {
        const query = {
          name: pattern === undefined ? undefined : namePattern(pattern),
          keyType,
          condition,
          sort,
          limit,
        };
        const { keys: found, damaged, total } = await findKeys(await clients.db(), query);
        if (out.isJson) {
          out.json({ total, keys: found, damaged });
          return 'ok';
        }
        out.table(
          ['KEY', 'TYPE', 'STATUS', '>LAG', '>SEEN', '>GAPS', '>DEAD', 'CHANGED', 'ERROR'],
          found.map(({ key, keyType, status, lag, counts, lastChangedAt, lastError, pausedAt }) => [
            shownKey(key),
            keyType,
            pausedAt ? colored('paused', 'yellow') : status === 'active' ? status : colored(status, 'dim'),
            lag,
            counts.seen,
            bad(counts.gap),
            bad(counts.dead),
            fromNow(lastChangedAt),
            lastError ? colored(lastError.code, 'red') : '',
          ]),
        );
        // One of each kind: the message has the remedy.
        const errors = new Map(
          found.flatMap(({ lastError }) => (lastError ? [[lastError.code, lastError.message]] : [])),
        );
        for (const [code, message] of errors) out.note(`${code}: ${message}`);
        for (const key of damaged)
          out.note(
            `${shownKey(key)}: its document in keys is not from this fleet: remove it (db.keys.deleteOne({ _id: … })) to sync the key again`,
          );
        if (total > found.length + damaged.length)
          out.note(`${grouped(found.length)} of ${grouped(total)}: raise --limit to see more`);
        return 'ok';
      }),
    );
