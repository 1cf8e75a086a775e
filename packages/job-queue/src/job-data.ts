import { SyncError } from '@redis-to-mongo/pipeline';

/** What a job carries: the key to sync, or several, by their key ids. Everything else is in MongoDB. */
export type JobData = { readonly key: string } | { readonly keys: readonly string[] };

/** Keys in one job, at most: they are worked on at once, while another worker may have nothing to do. */
export const KEYS_TOGETHER = 16;

/**
 * Checks a job's payload, which comes from outside (anyone with access to the queue's Redis can add jobs).
 * @throws SyncError JOB_INVALID.
 */
export function parseJobData(data: unknown): JobData {
  if (typeof data === 'object' && data !== null) {
    if ('key' in data && isName(data.key)) return { key: data.key };
    if ('keys' in data && Array.isArray(data.keys) && areTogether(data.keys))
      return { keys: [...new Set(data.keys)] };
  }
  throw new SyncError('JOB_INVALID', 'unknown', 'the job names no key: remove it, only the fleet adds jobs');
}

function isName(value: unknown): value is string {
  return typeof value === 'string';
}

function areTogether(values: readonly unknown[]): values is readonly string[] {
  return values.length > 0 && values.length <= KEYS_TOGETHER && values.every(isName);
}
