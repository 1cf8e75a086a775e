import { SyncError, shownKey } from '@redis-to-mongo/pipeline';

const CODE = 'KEY_CONTENDED';

/** The error of an action that workers were always faster than. Only this key is affected. */
export function contended(key: string, cause?: unknown): SyncError {
  const message = `key ${shownKey(key)}: the fleet’s workers are working on it: try again`;
  return new SyncError(CODE, 'transient', message, cause === undefined ? {} : { cause });
}

/** Whether workers were always faster at this one key. The next key may well succeed. */
export function isContended(error: unknown): boolean {
  return error instanceof SyncError && error.code === CODE;
}
