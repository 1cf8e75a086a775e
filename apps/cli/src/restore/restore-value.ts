import { type MirroredItem, readMirroredValue, type ValueKeyType } from '@redis-to-mongo/mongo-sink';
import { type KeyState, keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../servers.js';
import { sendAll } from './send-all.js';

type Words = readonly (string | Buffer)[];

/** Items that one command takes, and about how many bytes. */
const ITEMS_AT_ONCE = 500;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/** The command that adds items to a value. */
const ADD: Readonly<
  Record<Exclude<ValueKeyType, 'json'>, (key: Buffer, items: readonly MirroredItem[]) => Words>
> = {
  set: (key, items) => ['SADD', key, ...items.flat()],
  zset: (key, items) => ['ZADD', key, ...items.flatMap(([member, score]) => [text(score), text(member)])],
  hash: (key, items) => ['HSET', key, ...items.flatMap(([field, value]) => [text(field), text(value)])],
  list: (key, items) => ['RPUSH', key, ...items.flat()],
  string: (key, items) => ['APPEND', key, Buffer.concat(items.flat())],
};

/**
 * Writes a value into another Redis, where the key must not be there, with the time at which it expires.
 * What a rule renamed or parsed comes back as it was.
 * @param isPartial a hash comes back without the fields that a rule left out.
 * @returns the items written (pieces, of a string or JSON text); `undefined` when MongoDB holds no such value.
 * @throws SyncError RESTORE_INCOMPLETE where fields were left out and `isPartial` is not set, else as redisError and mongoError
 * tell.
 */
export async function restoreValue(
  target: RedisClient,
  db: Database,
  keyType: ValueKeyType,
  state: Pick<KeyState, 'key' | 'collection'>,
  isPartial: boolean,
): Promise<number | undefined> {
  const value = await readMirroredValue(db, keyType, state);
  if (!value?.active) return undefined;
  if (value.left > 0 && !isPartial) throw incomplete(value.left);
  const key = keyBytes(state.key);
  let count = 0;
  for await (const items of pagesOf(value.items(), keyType === 'json')) {
    await sendAll(target, [
      keyType === 'json' ? ['JSON.SET', key, '$', Buffer.concat(items.flat())] : ADD[keyType](key, items),
      ...(keyType === 'hash' ? items.flatMap((item) => fieldExpiry(key, item)) : []),
    ]);
    count += items.length;
  }
  if (value.expiresAt) await sendAll(target, [['PEXPIREAT', key, String(value.expiresAt.getTime())]]);
  return count;
}

function incomplete(left: number): SyncError {
  return new SyncError(
    'RESTORE_INCOMPLETE',
    'unknown',
    `a rule left out ${left} of its fields, and MongoDB does not have them: --partial restores the others`,
  );
}

/** The time at which a single field expires: Redis 7.4 and later. */
function fieldExpiry(key: Buffer, [field, , time]: MirroredItem): Words[] {
  return field && time ? [['HPEXPIREAT', key, time, 'FIELDS', '1', field]] : [];
}

async function* pagesOf(
  items: AsyncIterable<MirroredItem>,
  isWhole: boolean,
): AsyncGenerator<readonly MirroredItem[]> {
  let page: MirroredItem[] = [];
  let bytes = 0;
  for await (const item of items) {
    page.push(item);
    for (const buffer of item) bytes += buffer.length;
    if (isWhole || (page.length < ITEMS_AT_ONCE && bytes < BYTES_AT_ONCE)) continue;
    yield page;
    page = [];
    bytes = 0;
  }
  if (page.length > 0) yield page;
}

function text(bytes: Buffer | undefined): Buffer {
  return bytes ?? Buffer.alloc(0);
}
