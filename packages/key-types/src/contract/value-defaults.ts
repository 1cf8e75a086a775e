const MIB = 1024 * 1024;

/** How values are read and kept where nobody says otherwise: the defaults of the options, and of anyone who reads without a configuration. */
export const VALUE_DEFAULTS = {
  /** Up to this many members (fields, items), and this many bytes, a value is one document. */
  maxInlineMembers: 10_000,
  maxInlineBytes: MIB,
  /**
   * A value that changes whenever it is read in pages is read at once if it has no more members (or, a string, KiB)
   * than this; Redis serves nobody else meanwhile.
   */
  maxAtomicMembers: 200_000,
  /** Keeps who was a member and when. Such values are then never inline. */
  membershipHistory: false,
  /** What happens to a value in MongoDB when its key is gone: kept as an empty, inactive one, or removed. */
  goneValues: 'keep',
} as const;
