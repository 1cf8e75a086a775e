import { SyncError, shownKey } from '@redis-to-mongo/pipeline';

/** The error of a process that stops before a value is written. Another worker goes on with it. */
export function workerStops(key: string): SyncError {
  return new SyncError(
    'WORKER_STOPS',
    'overtaken',
    `key ${shownKey(key)}: this worker stops: another one goes on with it`,
  );
}

/** Whether this is that error. */
export function isWorkerStops(error: unknown): boolean {
  return error instanceof SyncError && error.code === 'WORKER_STOPS';
}
