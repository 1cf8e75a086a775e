import { putMessages, readKey } from '@redis-to-mongo/mongo-sink';
import { restartKey } from '@redis-to-mongo/operations';
import {
  encodeContent,
  entryTime,
  type KeyState,
  type Line,
  type MessageDocument,
  messageId,
  messageIdPrefix,
  type SliceLimits,
  storedText,
} from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../servers.js';
import { syncToEnd } from '../sync-to-end.js';
import { compareStream, type SourceEntry } from './compare-stream.js';

/**
 * Mends a key that differs: it is synced to its end; then entries of a stream that are still missing or different, taken
 * out of MongoDB or changed there, are put in their places, and a value begins its next life.
 */
export async function repairKey(
  redis: RedisClient,
  db: Database,
  line: Line,
  slice: SliceLimits,
  key: string,
): Promise<void> {
  await syncToEnd(line, key, slice, () => {});
  const state = await readKey(db, key);
  if (state?.status !== 'active') return;
  if (state.keyType === 'stream')
    await compareStream(redis, db, state, async (entries) => {
      await putMessages(
        db,
        entries.map((entry) => toMessage(state, entry)),
      );
    });
  else {
    await restartKey(line, db, key);
    await syncToEnd(line, key, slice, () => {});
  }
}

function toMessage(
  { key, incarnation, stream, type }: KeyState,
  { entryId, flat }: SourceEntry,
): MessageDocument {
  return {
    _id: messageId(messageIdPrefix(key, incarnation), entryId),
    stream,
    type,
    entryId,
    at: entryTime(entryId) ?? null,
    content: encodeContent(flat.map(storedText)),
  };
}
