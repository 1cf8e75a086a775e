import type { AuditEntry, AuditQuery, FleetSample, KeySample } from '@redis-to-mongo/mongo-sink';
import type { AuditBook } from '@redis-to-mongo/operations';

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
