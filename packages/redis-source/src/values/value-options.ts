const MIB = 1024 * 1024;

/** How values (sets, hashes, …) are read and kept. */
export interface ValueOptions {
  /** Up to this many members (fields, items) a value is one document. Default 10,000. */
  readonly maxInlineMembers?: number;
  /** Up to this many bytes a value is one document; at most 8 MiB. Default 1 MiB. */
  readonly maxInlineBytes?: number;
  /**
   * A value that changes whenever it is read in pages is read at once if it has no more members (or, a string, KiB)
   * than this; Redis serves nobody else meanwhile. Default 200,000.
   */
  readonly maxAtomicMembers?: number;
  /** Members asked of Redis at once, where a value is read in pages. Default 1000. */
  readonly scanCount?: number;
  /** Keeps who was a member and when, of sets, sorted sets and hashes. They are then never inline. Default false. */
  readonly membershipHistory?: boolean;
  /** What happens to a value in MongoDB when its key is gone: kept as an empty, inactive one, or removed. Default keep. */
  readonly goneValues?: 'keep' | 'remove';
}

/** The most that a document may take of a value, in bytes: well below MongoDB's 16 MiB, whatever BSON adds. */
export const MAX_DOCUMENT_PAYLOAD = 8 * MIB;

export function withDefaults(options: ValueOptions): Required<ValueOptions> {
  return {
    maxInlineMembers: options.maxInlineMembers ?? 10_000,
    maxInlineBytes: Math.min(options.maxInlineBytes ?? MIB, MAX_DOCUMENT_PAYLOAD),
    maxAtomicMembers: options.maxAtomicMembers ?? 200_000,
    scanCount: options.scanCount ?? 1000,
    membershipHistory: options.membershipHistory ?? false,
    goneValues: options.goneValues ?? 'keep',
  };
}
