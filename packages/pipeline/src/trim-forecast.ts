/** A stream's counters at one moment. All count from the stream's first entry on. */
export interface TrimSample {
  /** In ms since 1970. */
  readonly at: number;
  /** Entries ever added. */
  readonly added: number;
  /** Entries that Redis does not hold anymore. */
  readonly gone: number;
  /** Entries behind the saved position. */
  readonly consumed: number;
}

/**
 * How long until the trimming of a stream reaches entries that were not read, in ms, if both continue as they did between
 * the samples; 0 where it has; `undefined` where it will not, or where nothing has been trimmed meanwhile.
 */
export function trimForecastMs(from: TrimSample, to: TrimSample): number | undefined {
  const time = to.at - from.at;
  if (time <= 0 || to.added <= to.consumed) return undefined;
  const left = to.consumed - to.gone;
  if (left < 0) return 0;
  const closing = (to.gone - from.gone - (to.consumed - from.consumed)) / time;
  return to.gone > from.gone && closing > 0 ? Math.round(left / closing) : undefined;
}
