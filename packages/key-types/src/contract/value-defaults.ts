const MIB = 1024 * 1024;

/** How values are read and kept by default: for the options, and for callers without a configuration. */
export const VALUE_DEFAULTS = {
  /** Up to this many members (fields, items), and this many bytes, a value is one document. */
  maxInlineMembers: 10_000,
  maxInlineBytes: MIB,
  /**
   * A value that keeps changing while it is read in pages is read whole, in one step, if it has at most this
   * many members (for a string: KiB). Redis serves no other client meanwhile.
   */
  maxAtomicMembers: 200_000,
  /** Keeps the history of members. Such values are never inline. */
  membershipHistory: false,
  /**
   * What happens to a value in MongoDB when its key is deleted: it stays, empty and inactive, or is removed.
   */
  goneValues: 'keep',
} as const;
