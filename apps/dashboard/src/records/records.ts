import type { Logger } from '@redis-to-mongo/app-shell';
import {
  type AuditEntry,
  type AuditQuery,
  type FleetSample,
  type KeySample,
  readAudit,
  readHistory,
  readKeyHistory,
  watchKey,
} from '@redis-to-mongo/mongo-sink';
import { AuditBook } from '@redis-to-mongo/operations';

/** What the fleet keeps of itself: who did what, and how it was. */
export interface Records {
  /** A book of what is done by someone who is logged in. @param from the client's address. */
  book(from: string): Pick<AuditBook, 'note' | 'flush'>;
  read(query: AuditQuery): Promise<{
    readonly entries: readonly (AuditEntry & { readonly id: string })[];
    readonly isMore: boolean;
  }>;
  /** Samples of the fleet, and of a key, the oldest first. */
  readHistory(since: Date): Promise<readonly FleetSample[]>;
  readKeyHistory(key: string, since: Date): Promise<readonly KeySample[]>;
  /** Has a key sampled from now on, for a week. */
  watchKey(key: string): Promise<void>;
}

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
