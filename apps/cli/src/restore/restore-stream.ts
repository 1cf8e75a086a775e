import { mirroredEntries } from '@redis-to-mongo/mongo-sink';
import { BEFORE_FIRST, decodeContent, type KeyState, keyBytes } from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../servers.js';
import { sendAll } from './send-all.js';

/** Entries sent at once, and about how many bytes. */
const AT_ONCE = 500;
const BYTES_AT_ONCE = 4 * 1024 * 1024;
const GROUP = 'redis-to-mongo-restore';

/**
 * Writes the stream's present life into another Redis: all entries with their ids, dead letters included, the last id
 * that the stream gave out, and the time at which it expires. Consumer groups are not mirrored.
 * @returns the entries written.
 * @throws SyncError as redisError and mongoError tell.
 */
export async function restoreStream(target: RedisClient, db: Database, state: KeyState): Promise<number> {
  const key = keyBytes(state.key);
  // Makes a stream without entries: it may have had none left.
  await sendAll(target, [
    ['XGROUP', 'CREATE', key, GROUP, '0', 'MKSTREAM'],
    ['XGROUP', 'DESTROY', key, GROUP],
  ]);
  let count = 0;
  let bytes = 0;
  let page: (string | Buffer)[][] = [];
  for await (const { entryId, content } of mirroredEntries(db, state, { withDead: true })) {
    const flat = decodeContent(content).flat();
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
