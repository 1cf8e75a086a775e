import { findKeys } from '@redis-to-mongo/mongo-sink';
import { namePattern, shownKey } from '@redis-to-mongo/pipeline';
import { bad, counted, grouped } from '@redis-to-mongo/terminal';
import { type AllowNone, requireKeys } from '../allow-none.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { fromNow } from '../times.js';

export async function gaps(
  { out, clients }: Call,
  pattern: string | undefined,
  { limit, allowNone }: AllowNone & { readonly limit: number },
): Promise<Ending> {
  const db = await clients.db();
  const name = pattern === undefined ? undefined : namePattern(pattern);
  const { keys, total } = await findKeys(db, { name, condition: 'gaps', sort: 'gaps', limit });
  // "No gaps" would be wrong about keys that are not there.
  if (total === 0 && name) {
    const known = await findKeys(db, { name, limit: 1 });
    requireKeys('gaps', pattern, { allowNone }, { keys: known.total, where: 'MongoDB' });
  }
  if (out.isJson) {
    const found = keys.map(({ key, counts, gaps: each }) => ({ key, entries: counts.gap, gaps: each }));
    out.json({ total, keys: found });
  } else if (total === 0) out.line('no gaps');
  else {
    out.table(
      ['KEY', '>ENTRIES', 'CAUSE', 'AFTER', 'UP TO', 'NOTICED'],
      keys.flatMap(({ key, gaps: each }) =>
        each.map(({ entries, exact, cause, after, upTo, at }) => [
          shownKey(key),
          exact ? bad(entries) : `about ${grouped(entries)}`,
          cause,
          after,
          upTo,
          fromNow(at),
        ]),
      ),
    );
    out.note(`${counted(total, 'key')} ${total === 1 ? 'has' : 'have'} gaps`);
  }
  return total === 0 ? 'ok' : 'failed';
}
