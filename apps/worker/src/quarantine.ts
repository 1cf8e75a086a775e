import { SyncError } from '@redis-to-mongo/pipeline';

/** What is said of a key that is quarantined. */
export function quarantineError(): SyncError {
  return new SyncError(
    'KEY_QUARANTINED',
    'unknown',
    'three jobs in a row started on this key and never ended (did their workers die?); it is quarantined for an hour',
  );
}
