import { membersOf, SyncError } from '@redis-to-mongo/pipeline';

/** A job's data: the ids of the keys to sync. Everything else is in MongoDB. */
export interface JobData {
  readonly keys: readonly string[];
}

/**
 * Maximum keys per job: enough to make a job's cost per key negligible, few enough to share the keys among
 * workers.
 */
export const KEYS_PER_JOB = 250;

/**
 * Checks a job's payload. It is untrusted: anyone with access to the queue's Redis can add jobs. Jobs that
 * earlier versions left in the queue have a single `key`.
 * @throws SyncError JOB_INVALID.
 */
export function parseJobData(data: unknown): JobData {
  const { key, keys } = membersOf(data);
  if (isName(key)) return { keys: [key] };
  if (Array.isArray(keys) && areKeys(keys)) return { keys: [...new Set(keys)] };
  throw new SyncError(
    'JOB_INVALID',
    'unknown',
    'the job names no key: remove it; only the fleet may add jobs',
  );
}

function isName(value: unknown): value is string {
  return typeof value === 'string';
}

function areKeys(values: readonly unknown[]): values is readonly string[] {
  return values.length > 0 && values.length <= KEYS_PER_JOB && values.every(isName);
}
