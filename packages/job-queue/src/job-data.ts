import { SyncError } from '@redis-to-mongo/pipeline';

/** What a job carries: the key to sync, by its key id. Everything else is in MongoDB. */
export interface JobData {
  readonly key: string;
}

/**
 * Checks a job's payload, which comes from outside (anyone with access to the queue's Redis can add jobs).
 * @throws SyncError JOB_INVALID.
 */
export function parseJobData(data: unknown): JobData {
  if (typeof data === 'object' && data !== null && 'key' in data && typeof data.key === 'string' && data.key)
    return { key: data.key };
  throw new SyncError('JOB_INVALID', 'unknown', 'the job names no key: remove it, only the fleet adds jobs');
}
