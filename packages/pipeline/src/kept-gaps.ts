/** Entries that Redis dropped before they were read. */
export interface Gap {
  readonly incarnation: number;
  /** Exclusive: the last entry id that was read before the gap. */
  readonly after: string;
  /**
   * Inclusive: the highest entry id that may have been lost: the id right before the first remaining entry,
   * or the id of a lost entry.
   */
  readonly upTo: string;
  readonly entries: number;
  /** trimmed: from the head; deleted: single entries by XDEL; ended: unread when the incarnation ended. */
  readonly cause: 'trimmed' | 'deleted' | 'trimmed or deleted' | 'ended';
  /**
   * False if `entries` is an estimate: an incarnation's end, a stream that may have arrived by RENAME or
   * RESTORE, Redis before 7.0.
   */
  readonly exact: boolean;
  readonly at: Date;
}

/**
 * If there are too many gaps, those within this time, in ms, become one. So fifty of them go back for more than
 * an hour, and the entries lost in the last hour can be added up.
 */
const TOGETHER_MS = 120_000;

/**
 * At most `limit` gaps. While there are more, the oldest two of one incarnation and within TOGETHER_MS become
 * one; if there are none, the oldest gap is dropped.
 */
export function keptGaps(gaps: readonly Gap[], limit: number): readonly Gap[] {
  const kept = [...gaps];
  while (kept.length > limit) {
    const next = kept.findIndex((gap, i) => isTogether(kept[i - 1], gap));
    const [first, second] = next < 0 ? [] : kept.slice(next - 1, next + 1);
    if (first && second) kept.splice(next - 1, 2, together(first, second));
    else kept.shift();
  }
  return kept;
}

function isTogether(before: Gap | undefined, { incarnation, at }: Gap): boolean {
  return before?.incarnation === incarnation && at.getTime() - before.at.getTime() < TOGETHER_MS;
}

function together(first: Gap, second: Gap): Gap {
  return {
    ...first,
    upTo: second.upTo,
    entries: first.entries + second.entries,
    cause: first.cause === second.cause ? first.cause : 'trimmed or deleted',
    exact: first.exact && second.exact,
  };
}
