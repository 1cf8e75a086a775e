/** The results for the documents of one kind. found = taken + alreadyThere + the sum of `left`. */
export interface AdoptLine {
  readonly from: string;
  found: number;
  taken: number;
  /** Adopted by an earlier run, or twice in the old collection. */
  alreadyThere: number;
  /** Documents that were not taken, counted by reason. */
  readonly left: Record<string, number>;
}

/** The result of an adoption. */
export interface AdoptReport {
  readonly lines: AdoptLine[];
  /** Messages that have no entry id. */
  withoutId: number;
  /** Streams without a position from the old engine: they are read from their first entry. */
  withoutPosition: number;
  /**
   * Streams that now begin after the position: entries in between may have been lost before the fleet
   * started.
   */
  beginBehind: number;
}

/** An empty report. */
export function emptyReport(): AdoptReport {
  return { lines: [], withoutId: 0, withoutPosition: 0, beginBehind: 0 };
}

export function lineFor(report: AdoptReport, from: string): AdoptLine {
  const line: AdoptLine = { from, found: 0, taken: 0, alreadyThere: 0, left: {} };
  report.lines.push(line);
  return line;
}

export function leave(line: AdoptLine, reason: string, count = 1): void {
  if (count > 0) line.left[reason] = (line.left[reason] ?? 0) + count;
}
