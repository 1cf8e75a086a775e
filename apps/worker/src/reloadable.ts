/** The options that a running worker applies on a reload, from the next job of each key on. */
export const RELOADABLE = [
  'RULES',
  'MESSAGES_PER_STREAM',
  'READ_BYTES',
  'SOURCE_BYTES_PER_SEC',
  'SLICE_ENTRIES',
  'SLICE_BYTES',
  'SLICE_MS',
  'TRIM_MODE',
  'TRIM_KEEP_ENTRIES',
  'TRIM_KEEP_SEC',
  'WORKER_CONCURRENCY',
  'GONE_KEYS_KEEP_SEC',
] as const;

/** Options that a worker does not use: they choose keys by name, or time jobs and sweeps, or are another app's own. */
export function isUnused(option: string): boolean {
  return /^(KEY_INCLUDE$|KEY_EXCLUDE$|(SYNC|IDLE)_INTERVAL_SEC$|SCHEDULER_|DASHBOARD_)/.test(option);
}
