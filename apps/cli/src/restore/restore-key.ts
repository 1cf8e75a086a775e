import { type KeyState, keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../servers.js';
import { restoreStream } from './restore-stream.js';
import { restoreValue } from './restore-value.js';
import { sendAll } from './send-all.js';

/** How a key was restored. `there already`: the target has the key, and was not to lose it. */
export interface Restored {
  readonly key: string;
  readonly keyType: string;
  readonly result: 'restored' | 'there already' | 'failed';
  /** Entries or items written. */
  readonly items: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * Writes one key into another Redis; `isReplaced` over what is there, `isPartial` without the fields that a rule left out. A key that fails is taken away there again, so that what is there is whole.
 * @throws SyncError of class transient or configuration.
 */
export async function restoreKey(
  target: RedisClient,
  db: Database,
  state: KeyState,
  { isReplaced, isPartial }: { readonly isReplaced: boolean; readonly isPartial: boolean },
): Promise<Restored> {
  const { key: keyId, keyType } = state;
  const key = keyBytes(keyId);
  const told = { key: keyId, keyType };
  if (isReplaced) await sendAll(target, [['DEL', key]]);
  else if ((await target.exists(key)) > 0) return { ...told, result: 'there already', items: 0 };
  try {
    const items =
      keyType === 'stream'
        ? await restoreStream(target, db, state, isPartial)
        : await restoreValue(target, db, keyType, state);
    if (items === undefined)
      throw new SyncError('VALUE_ABSENT', 'unknown', 'MongoDB has no value: run verify --repair');
    return { ...told, result: 'restored', items };
  } catch (error) {
    if (error instanceof SyncError && error.errorClass !== 'configuration')
      await sendAll(target, [['DEL', key]]).catch(() => {}); // what failed is told, not this
    if (!(error instanceof SyncError) || error.errorClass !== 'unknown') throw error;
    return { ...told, result: 'failed', items: 0, error: { code: error.code, message: error.message } };
  }
}
