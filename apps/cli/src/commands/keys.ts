import { KEY_CONDITIONS, KEY_TYPES } from '@redis-to-mongo/pipeline';
import type { Command } from '../command.js';
import { bad, colored, grouped } from '../table.js';
import { fromNow } from '../times.js';

const SORTS = ['key', 'lag', 'changed', 'synced', 'gaps', 'dead', 'seen'] as const;

export const keys: Command = {
  name: 'keys',
  forms: ['[PATTERN] [--type T] [--status S] [--sort S] [--limit N]'],
  about:
    'Lists the keys that MongoDB knows of, with how far they are. PATTERN is one of Redis’ (`orders:*`), for the whole\n' +
    'name; quote it. Lag is as of a key’s last sync.',
  args: { min: 0, max: 1 },
  options: {
    type: { value: 'T', choices: KEY_TYPES, doc: 'only keys of this type' },
    status: { value: 'S', choices: KEY_CONDITIONS, doc: 'only keys that are so' },
    sort: { value: 'S', choices: SORTS, doc: 'by name, or the highest or newest first' },
    limit: { value: 'N', doc: 'at most so many; default 50' },
  },
  examples: [
    ["keys 'orders:*' --type stream", 'all streams whose name begins with orders:'],
    ['keys --status behind --sort lag --limit 10', 'the ten that are furthest behind'],
    ['keys --status failing --json', 'keys whose last sync failed, with the error'],
  ],
  async run({ args: [pattern], options, out, servers }) {
    const { findKeys } = await import('@redis-to-mongo/mongo-sink');
    const { namePattern, shownKey } = await import('@redis-to-mongo/pipeline');
    const query = {
      name: pattern === undefined ? undefined : namePattern(pattern),
      keyType: options.choice('type', KEY_TYPES),
      condition: options.choice('status', KEY_CONDITIONS),
      sort: options.choice('sort', SORTS),
      limit: options.whole('limit', 50, { min: 1, max: 1_000_000 }),
    };
    const { keys: found, damaged, total } = await findKeys(await servers.db(), query);
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
        `${shownKey(key)}: its document in keys is not one of this fleet’s; remove it (db.keys.deleteOne({ _id: … })) to sync the key anew`,
      );
    if (total > found.length + damaged.length)
      out.note(`${grouped(found.length)} of ${grouped(total)}: --limit shows more`);
    return 'ok';
  },
};
