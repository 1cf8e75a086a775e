/** What workers have counted, by key type. */
export interface Counts {
  /** Entries that were written or found there; a value counts as one. */
  moved(keyType: string): number;
  /** Runs that have ended so. */
  ended(outcome: string): number;
  /** Jobs that have ended, however. */
  readonly jobs: number;
}

const LINE = /^r2m_entries_(?:written|already_there)_total\{key_type="([^"]+)"[^}]*\} (\d+)$/gm;

const JOBS = /^r2m_jobs_total\{outcome="([^"]+)"[^}]*\} (\d+)$/gm;

/** From the workers' pages of metrics, in Prometheus's text form. */
export function countsIn(pages: readonly string[]): Counts {
  const sums = new Map<string, number>();
  for (const page of pages)
    for (const [, keyType = '', count] of page.matchAll(LINE))
      sums.set(keyType, (sums.get(keyType) ?? 0) + Number(count));
  const outcomes = new Map<string, number>();
  for (const page of pages)
    for (const [, outcome = '', count] of page.matchAll(JOBS))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + Number(count));
  return {
    jobs: [...outcomes.values()].reduce((sum, count) => sum + count, 0),
    moved: (keyType) => sums.get(keyType) ?? 0,
    ended: (outcome) => outcomes.get(outcome) ?? 0,
  };
}
