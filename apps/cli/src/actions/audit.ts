import { readAudit, readKey } from '@redis-to-mongo/mongo-sink';
import { type AuditAction, canonicalKeyId, shownKey } from '@redis-to-mongo/pipeline';
import { colored } from '@redis-to-mongo/terminal';
import { unknownKey } from '../cli-error.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { stamp } from '../times.js';

interface AuditOptions {
  readonly begins?: boolean | undefined;
  readonly action?: AuditAction;
  readonly limit: number;
}

export async function audit(
  { out, clients }: Call,
  name: string | undefined,
  { begins, action, limit }: AuditOptions,
): Promise<Ending> {
  const db = await clients.db();
  const key = name === undefined || begins ? undefined : canonicalKeyId(name);
  const { entries, isMore } = await readAudit(db, {
    ...(begins ? { prefix: name ?? '' } : { key }),
    action,
    limit,
  });
  // Actions are kept longer than the key: a forgotten key may have some.
  if (entries.length === 0 && key !== undefined && !(await readKey(db, key))) throw unknownKey(key);
  if (out.isJson) out.json({ isMore, entries });
  else if (entries.length === 0) out.line('no actions found');
  else
    out.table(
      ['WHEN', 'WHO', 'FROM', 'BY', 'ACTION', 'KEY', 'FILTER', 'RESULT'],
      entries.map(({ at, who, from, by, action: done, key: of, filter, result, error }) => [
        stamp(at),
        who,
        from,
        by,
        done,
        of === null ? '' : shownKey(of),
        filter ?? '',
        error === null ? result : colored(`${result}: ${error}`, 'red'),
      ]),
    );
  if (isMore && !out.isJson) out.note('there are more: raise --limit to see them');
  return 'ok';
}
