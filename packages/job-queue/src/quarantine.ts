/** A key is quarantined for `ms` once `starts` runs of it in a row have begun and never ended. */
export const QUARANTINE = { starts: 3, ms: 3_600_000 } as const;
