import { SyncError, shownKey } from '@redis-to-mongo/pipeline';

/** The process stops before a value is written. Another worker goes on with it. */
export class WorkerStops extends SyncError {
  constructor(key: string) {
    super(
      'WORKER_STOPS',
      'overtaken',
      `key ${shownKey(key)}: this worker stops: another one goes on with it`,
    );
  }
}
