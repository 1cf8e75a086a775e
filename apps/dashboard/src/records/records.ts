import type { AuditEntry, AuditQuery } from '@redis-to-mongo/mongo-sink';
import type { AuditBook } from '@redis-to-mongo/operations';

/** Where it is kept who did what. */
export interface Records {
  /** A book of what is done by somebody who is logged in. @param from the client's address. */
  book(from: string): Pick<AuditBook, 'note' | 'flush'>;
  read(query: AuditQuery): Promise<{
    readonly entries: readonly (AuditEntry & { readonly id: string })[];
    readonly isMore: boolean;
  }>;
}
