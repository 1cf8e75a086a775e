import { compareEntryIds, storedText } from '@redis-to-mongo/pipeline';
import { redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { digestOf } from './entry-digest.js';
import { isNoSuchKey } from './read-stream.js';
import { type Account, canBeMissing, isRewound, mustHold, type StreamPosition } from './stream-account.js';
import { parseStreamInfo, type StreamInfo } from './stream-info.js';
import type { StreamReading } from './stream-reader.js';

/**
 * Whether the reading can't belong to the incarnation of the position. `true` is certain. The check costs
 * nothing: it uses only the reading. holdsMarks finds the other cases.
 * @param isAnchored whether the position's last entry was read once more.
 */
export function isOtherIncarnation(
  position: StreamPosition,
  { info, anchorDigest }: Pick<StreamReading, 'info' | 'anchorDigest'>,
  account: Account,
  isAnchored: boolean,
): boolean {
  if (isRewound(position, info) || account.missing < 0) return true;
  if (account.missing > 0 && !canBeMissing(position, info)) return true;
  if (isHeadOther(position, info)) return true;
  if (!isAnchored) return false;
  return anchorDigest === undefined ? mustHold(position, info) : anchorDigest !== position.digest;
}

/** Whether the first entry of the stream had other content when it was read before. */
function isHeadOther({ marks }: StreamPosition, { firstId, firstDigest }: StreamInfo): boolean {
  const head = marks.all.find(({ id }) => id === firstId);
  return head !== undefined && firstDigest !== undefined && head.digest !== firstDigest;
}

/**
 * Whether the stream still holds the marks of an incarnation, with the same content. A mark may be missing if
 * the entry may have been trimmed or deleted. All marks are read at one instant. Costs one XRANGE of one
 * entry per mark.
 * @throws SyncError as redisError.
 */
export async function holdsMarks(redis: Redis, key: Buffer, position: StreamPosition): Promise<boolean> {
  const marks = position.marks.all;
  if (marks.length === 0) return true;
  const [infoReply, ...ranges] = await readEntries(
    redis,
    key,
    marks.map(({ id }) => id),
  );
  if (!Array.isArray(infoReply)) return true; // the key is gone: its next job retires it
  return areMarksHeld(position, parseStreamInfo(infoReply), ranges);
}

/**
 * Whether the stream was never the one that these entries were read from: it lacks one of them that it can't
 * have lost by trimming or deletion. All are looked up at one instant. Costs one XRANGE of one entry each.
 * @throws SyncError as redisError.
 */
export async function neverHeld(redis: Redis, key: Buffer, entryIds: readonly string[]): Promise<boolean> {
  const [infoReply, ...ranges] = await readEntries(redis, key, entryIds);
  if (!Array.isArray(infoReply)) return false; // the key is gone: its next job retires it
  const info = parseStreamInfo(infoReply);
  const { added = null, lastId, length } = info;
  const hasLostNone = added === length;
  return entryIds.some((entryId, i) => {
    const range = ranges[i];
    if (Array.isArray(range) && range.length > 0) return false;
    return hasLostNone || compareEntryIds(lastId, entryId) < 0 || mustHold({ entryId, added }, info);
  });
}

/**
 * Whether the stream holds an entry with one of these ids. Costs one XRANGE of one entry each.
 * @throws SyncError as redisError.
 */
export async function holdsAny(redis: Redis, key: Buffer, entryIds: readonly string[]): Promise<boolean> {
  const [, ...ranges] = await readEntries(redis, key, entryIds);
  return ranges.some((range) => Array.isArray(range) && range.length > 0);
}

/**
 * Reads XINFO STREAM and single entries, at one instant.
 * @returns the reply of XINFO STREAM, `undefined` without the key, and those of XRANGE, as bytes.
 * @throws SyncError as redisError.
 */
async function readEntries(redis: Redis, key: Buffer, ids: readonly string[]): Promise<readonly unknown[]> {
  const transaction = redis.multi().xinfo('STREAM', key);
  for (const id of ids) transaction.xrangeBuffer(key, id, id);
  const replies = await transaction.exec().catch(throwRedisError());
  return (replies ?? []).map(([error, reply]) => {
    if (error && !isNoSuchKey(error)) throw redisError(error);
    return reply;
  });
}

/** @param ranges the reply of XRANGE for each mark, as bytes. */
function areMarksHeld(position: StreamPosition, info: StreamInfo, ranges: readonly unknown[]): boolean {
  return position.marks.all.every(({ id, digest }, i) => {
    const range = ranges[i];
    const [entry] = Array.isArray(range) ? range : [];
    if (!Array.isArray(entry)) return !mustHold({ ...position, entryId: id }, info);
    const flat: readonly Buffer[] = entry[1];
    return digestOf([id, flat.map(storedText)]) === digest;
  });
}
