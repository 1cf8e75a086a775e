import { SyncError } from '@redis-to-mongo/pipeline';

/** The error of a quarantined key. */
export function quarantineError(): SyncError {
  return new SyncError(
    'KEY_QUARANTINED',
    'unknown',
    'three jobs in a row started on this key and never ended (did their workers die?); it is quarantined for an hour',
  );
}
