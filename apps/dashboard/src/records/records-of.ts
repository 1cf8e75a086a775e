import type { Logger } from '@redis-to-mongo/app-shell';
import { readAudit, readHistory, readKeyHistory, watchKey } from '@redis-to-mongo/mongo-sink';
import { AuditBook } from '@redis-to-mongo/operations';
import type { Records } from './records.js';

/**
 * The records of a database.
 * @param who is logged in.
 * @param auditKeepMs 0: forever.
 */
export function recordsOf(
  db: Parameters<typeof readAudit>[0],
  who: string,
  auditKeepMs: number,
  logger: Pick<Logger, 'warn'>,
): Records {
  return {
    book: (from) =>
      new AuditBook(db, { who, by: 'page', from }, auditKeepMs, (error) =>
        logger.warn('an action could not be recorded in the audit', { error }),
      ),
    read: (query) => readAudit(db, query),
    readHistory: (since) => readHistory(db, since),
    readKeyHistory: (key, since) => readKeyHistory(db, key, since),
    watchKey: (key) => watchKey(db, key),
  };
}
