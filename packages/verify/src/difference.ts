/** The result of comparing one key. */
export interface Difference {
  /** Entries, members, fields, items or bytes in Redis that were compared. */
  readonly compared: number;
  /** Entries in Redis that MongoDB lacks; 1 for a value. */
  readonly missing: number;
  /** Entries with different content; 1 for a value. */
  readonly different: number;
  /** The first few problems in words: ids and counts, no values. */
  readonly problems: readonly string[];
}

/** Whether a comparison found no difference. */
export function isEqual({ missing, different }: Difference): boolean {
  return missing + different === 0;
}
