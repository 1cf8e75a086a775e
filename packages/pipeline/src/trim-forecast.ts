/** A stream's counters at one moment. All count from the stream's first entry on. */
export interface TrimSample {
  /** In ms since 1970. */
  readonly at: number;
  /** Entries ever added. */
  readonly added: number;
  /** Entries that Redis no longer holds. */
  readonly gone: number;
  /** Entries up to the saved position. */
  readonly consumed: number;
}

/**
 * The trim forecast: the time in ms until trimming reaches unread entries of a stream, if trimming and
 * reading continue at the rates between the samples. 0 if it already has; `undefined` if it will not, or
 * nothing was trimmed between the samples.
 */
export function trimForecastMs(from: TrimSample, to: TrimSample): number | undefined {
  const time = to.at - from.at;
  if (time <= 0 || to.added <= to.consumed) return undefined;
  const left = to.consumed - to.gone;
  if (left < 0) return 0;
  const closing = (to.gone - from.gone - (to.consumed - from.consumed)) / time;
  return to.gone > from.gone && closing > 0 ? Math.round(left / closing) : undefined;
}
