import { asSyncError, SyncError, shownKey } from '@redis-to-mongo/pipeline';

const CODE = 'KEY_CONTENDED';

/** The error of an action that workers were always faster than. Only this key is affected. */
export function contended(key: string, cause?: unknown): SyncError {
  const message = `key ${shownKey(key)}: the fleet’s workers are working on it: try again`;
  return new SyncError(CODE, 'transient', message, cause === undefined ? {} : { cause });
}

/**
 * Whether an error concerns one key or record only. The servers work, so the next one may well succeed.
 */
export function isOfOneKey(error: unknown): boolean {
  const { code, errorClass } = asSyncError(error);
  return code === CODE || errorClass === 'unknown' || errorClass === 'overtaken';
}
