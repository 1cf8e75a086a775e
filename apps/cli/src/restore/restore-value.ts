import { valueType } from '@redis-to-mongo/key-types';
import { readMirroredValue } from '@redis-to-mongo/mongo-sink';
import { type KeyState, type KeyType, keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../clients.js';
import { endKey, pagesOf, sendPart } from './send-all.js';

/**
 * Writes a value into another Redis, where the key must not be there, with the time at which it expires.
 * What a rule renamed or parsed comes back as it was.
 * @param isPartial a hash comes back without the fields that a rule left out.
 * @param key the name to write it under; default: its own.
 * @returns the items written (pieces, of a string or JSON text); `undefined` when MongoDB holds no such value.
 * @throws SyncError RESTORE_INCOMPLETE where fields were left out and `isPartial` is not set, else as redisError and
 * mongoError.
 */
export async function restoreValue(
  target: RedisClient,
  db: Database,
  keyType: KeyType,
  state: Pick<KeyState, 'key' | 'collection'>,
  isPartial: boolean,
  key = keyBytes(state.key),
): Promise<number | undefined> {
  const value = await readMirroredValue(db, keyType, state);
  if (!value?.active) return undefined;
  if (value.left > 0 && !isPartial) throw incomplete(value.left);
  let count = 0;
  const { isWhole = false, commands } = valueType(keyType).restore;
  for await (const items of pagesOf(value.items(), isWhole)) {
    await sendPart(target, key, commands(key, items));
    count += items.length;
  }
  await endKey(target, key, value.expiresAt);
  return count;
}

function incomplete(left: number): SyncError {
  return new SyncError(
    'RESTORE_INCOMPLETE',
    'unknown',
    `a rule left out ${left} of its fields, and MongoDB does not have them: add --partial to restore the others`,
  );
}
