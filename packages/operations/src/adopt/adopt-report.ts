/** The results for some documents. found = taken + alreadyThere + the sum of `left`. */
export interface AdoptCounts {
  found: number;
  taken: number;
  /** Adopted by an earlier run, or twice in the old collection. */
  alreadyThere: number;
  /** Documents that were not taken, counted by reason. */
  readonly left: Record<string, number>;
}

/** The results for the documents of one kind. They add up at any moment, because whole pages are added. */
export interface AdoptLine extends AdoptCounts {
  readonly from: string;
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
  const line: AdoptLine = { from, ...pageOf(0) };
  report.lines.push(line);
  return line;
}

/** The counts of a page, with no results yet. */
export function pageOf(found: number): AdoptCounts {
  return { found, taken: 0, alreadyThere: 0, left: {} };
}

/** Adds the results of a page. */
export function addTo(line: AdoptLine, { found, taken, alreadyThere, left }: AdoptCounts): void {
  line.found += found;
  line.taken += taken;
  line.alreadyThere += alreadyThere;
  for (const [reason, count] of Object.entries(left)) leave(line, reason, count);
}

/** Counts documents that were not taken. */
export function leave(counts: AdoptCounts, reason: string, count = 1): void {
  if (count > 0) counts.left[reason] = (counts.left[reason] ?? 0) + count;
}

/** Counts keys by the results of adoptKeys. */
export function countAdopted(counts: AdoptCounts, results: readonly ('taken' | 'there' | 'refused')[]): void {
  for (const result of results)
    if (result === 'taken') counts.taken++;
    else if (result === 'there') counts.alreadyThere++;
    else leave(counts, 'MongoDB refused the key’s document');
}
