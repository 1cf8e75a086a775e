import { SyncError } from '@redis-to-mongo/pipeline';

/** What is said of a key that is set aside. */
export function setAsideError(): SyncError {
  return new SyncError(
    'KEY_SET_ASIDE',
    'unknown',
    'three jobs in a row began on this key and never ended (did their workers die?); it rests for an hour',
  );
}
