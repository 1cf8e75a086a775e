import { mirroredEntries } from '@redis-to-mongo/mongo-sink';
import { BEFORE_FIRST, decodeEntry, type KeyState, keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../servers.js';
import { sendAll } from './send-all.js';

/** Entries sent at once, and about how many bytes. */
const AT_ONCE = 500;
const BYTES_AT_ONCE = 4 * 1024 * 1024;
const GROUP = 'redis-to-mongo-restore';

/**
 * Writes the stream's present life into another Redis: all entries with their ids, dead letters included, the last id
 * that the stream gave out, and the time at which it expires. Consumer groups are not mirrored. What a rule renamed or
 * parsed comes back as it was.
 * @param isPartial entries come back without the fields that a rule left out; one that has no others stays away.
 * @returns the entries written.
 * @throws SyncError RESTORE_INCOMPLETE where fields were left out and `isPartial` is not set, else as redisError and
 * mongoError tell.
 */
export async function restoreStream(
  target: RedisClient,
  db: Database,
  state: KeyState,
  isPartial: boolean,
): Promise<number> {
  const key = keyBytes(state.key);
  // Makes a stream without entries: it may have had none left.
  await sendAll(target, [
    ['XGROUP', 'CREATE', key, GROUP, '0', 'MKSTREAM'],
    ['XGROUP', 'DESTROY', key, GROUP],
  ]);
  let count = 0;
  let bytes = 0;
  let page: (string | Buffer)[][] = [];
  for await (const message of mirroredEntries(db, state, { withDead: true })) {
    const { entryId } = message;
    const { pairs, left } = decodeEntry(message);
    if (left > 0 && !isPartial) throw incomplete(entryId, left);
    if (pairs.length === 0) continue; // a stream takes no entry without fields
    const flat = pairs.flat();
    page.push(['XADD', key, entryId, ...flat]);
    bytes += flat.reduce((sum, each) => sum + each.length, 0);
    count++;
    if (page.length < AT_ONCE && bytes < BYTES_AT_ONCE) continue;
    await sendAll(target, page);
    page = [];
    bytes = 0;
  }
  await sendAll(target, page);
  const lastId = state.position?.lastId;
  if (typeof lastId === 'string' && lastId !== BEFORE_FIRST) await sendAll(target, [['XSETID', key, lastId]]);
  if (state.expiresAt) await sendAll(target, [['PEXPIREAT', key, String(state.expiresAt.getTime())]]);
  return count;
}

function incomplete(entryId: string, left: number): SyncError {
  return new SyncError(
    'RESTORE_INCOMPLETE',
    'unknown',
    `entry ${entryId}: a rule left out ${left} of its fields, and MongoDB does not have them: --partial restores the others`,
  );
}
