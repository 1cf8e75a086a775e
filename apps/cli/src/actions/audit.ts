import { readAudit } from '@redis-to-mongo/mongo-sink';
import { type AuditAction, canonicalKeyId, shownKey } from '@redis-to-mongo/pipeline';
import { colored } from '@redis-to-mongo/terminal';
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
  const { entries, isMore } = await readAudit(await clients.db(), {
    ...(begins ? { prefix: name ?? '' } : { key: name === undefined ? undefined : canonicalKeyId(name) }),
    action,
    limit,
  });
  if (out.isJson) out.json({ isMore, entries });
  else if (entries.length === 0) out.line('no actions found');
  else
    out.table(
      ['WHEN', 'WHO', 'FROM', 'BY', 'ACTION', 'KEY', 'FILTER', 'RESULT'],
      entries.map(({ at, who, from, by, action, key, filter, result, error }) => [
        stamp(at),
        who,
        from,
        by,
        action,
        key === null ? '' : shownKey(key),
        filter ?? '',
        error === null ? result : colored(`${result}: ${error}`, 'red'),
      ]),
    );
  if (isMore && !out.isJson) out.note('there are more: raise --limit to see them');
  return 'ok';
}
