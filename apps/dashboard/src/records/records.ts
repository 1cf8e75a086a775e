import type { Logger } from '@redis-to-mongo/app-shell';
import {
  type AuditQuery,
  readAudit,
  readHistory,
  readKeyHistory,
  watchKey,
} from '@redis-to-mongo/mongo-sink';
import { AuditBook } from '@redis-to-mongo/operations';

/** The fleet's records: operator actions and history. */
export type Records = ReturnType<typeof recordsOf>;

/**
 * The records of a database.
 * @param who the user who is logged in.
 * @param auditKeepMs 0: forever.
 */
export function recordsOf(
  db: Parameters<typeof readAudit>[0],
  who: string,
  auditKeepMs: number,
  logger: Pick<Logger, 'warn'>,
) {
  return {
    /** The audit book for actions of the logged-in user. @param from the client's address. */
    book: (from: string): Pick<AuditBook, 'note' | 'flush'> =>
      new AuditBook(db, { who, by: 'page', from }, auditKeepMs, (error) =>
        logger.warn('an action could not be recorded in the audit', { error }),
      ),
    read: (query: AuditQuery) => readAudit(db, query),
    /** Samples of the fleet, and of a key, the oldest first. */
    readHistory: (since: Date) => readHistory(db, since),
    readKeyHistory: (key: string, since: Date) => readKeyHistory(db, key, since),
    /** Has a key sampled from now on, for a week. */
    watchKey: (key: string) => watchKey(db, key),
  };
}
