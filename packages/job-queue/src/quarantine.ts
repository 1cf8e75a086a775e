/** A key is quarantined for `ms` after `starts` runs in a row that began and never ended. */
export const QUARANTINE = { starts: 3, ms: 3_600_000 } as const;
