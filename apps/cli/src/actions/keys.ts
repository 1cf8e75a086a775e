import { findKeys, type KeyQuery } from '@redis-to-mongo/mongo-sink';
import { namePattern, shownKey } from '@redis-to-mongo/pipeline';
import { bad, colored, grouped } from '@redis-to-mongo/terminal';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { fromNow } from '../times.js';

interface KeysOptions {
  readonly type?: KeyQuery['keyType'];
  readonly status?: KeyQuery['condition'];
  readonly sort?: KeyQuery['sort'];
  readonly limit: number;
}

export async function keys(
  { out, clients }: Call,
  pattern: string | undefined,
  { type: keyType, status: condition, sort, limit }: KeysOptions,
): Promise<Ending> {
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
  if (total === 0) out.line('no keys found');
  // One message per error code: the message has the remedy.
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
}
