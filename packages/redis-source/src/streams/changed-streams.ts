import { compareEntryIds, keyBytes, type Position } from '@redis-to-mongo/pipeline';
import { pipelined, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { areMarksHeld, isHeadOther } from './other-life.js';
import { isNoSuchKey } from './read-stream.js';
import { isRewound, parseStreamPosition, type StreamPosition } from './stream-account.js';
import { parseStreamInfo } from './stream-info.js';

/** A stream, and how far it has been synced. */
export interface SyncedStream {
  readonly key: string;
  readonly position: Position | null;
}

/**
 * The streams that a job should look at: those with entries behind their positions, and those that are not the ones that
 * they were, be it that only some content differs. What it costs: XINFO and up to sixteen ranges of one entry for each.
 * @returns their keys. One that holds another type, or is gone, is among them; one that the user may not read, too.
 * @throws SyncError as redisError tells.
 */
export async function changedStreams(
  redis: Redis,
  streams: readonly SyncedStream[],
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  const asked = streams.flatMap(({ key, position }) => {
    const parsed = parseStreamPosition(position);
    if (!parsed) changed.add(key);
    return parsed ? [{ key, position: parsed }] : [];
  });
  const questions = asked.flatMap(({ key, position }) => [
    { key, id: undefined },
    ...position.marks.all.map(({ id }) => ({ key, id })),
  ]);
  const replies = await pipelined(
    redis,
    questions,
    ({ key }) => keyBytes(key),
    (pipeline, { key, id }) =>
      id === undefined
        ? pipeline.xinfo('STREAM', keyBytes(key))
        : pipeline.xrangeBuffer(keyBytes(key), id, id),
  ).catch((error: unknown) => {
    throw redisError(error);
  });
  let at = 0;
  for (const { key, position } of asked) {
    const [info, ...ranges] = replies.slice(at, at + 1 + position.marks.all.length);
    at += 1 + position.marks.all.length;
    if (isChanged(position, info, ranges)) changed.add(key);
  }
  return changed;
}

type Answer = readonly [error: Error | null, reply: unknown];

function isChanged(position: StreamPosition, answer: Answer | undefined, ranges: readonly Answer[]): boolean {
  const errors = [answer, ...ranges].flatMap((each) => each?.[0] ?? []);
  for (const error of errors) {
    if (isNoSuchKey(error)) return true;
    const { code } = redisError(error);
    if (code !== 'KEY_TYPE_CHANGED' && code !== 'REDIS_KEY_HIDDEN') throw redisError(error);
    return true;
  }
  const info = parseStreamInfo(answer?.[1]);
  return (
    compareEntryIds(info.lastId, position.entryId) > 0 ||
    isRewound(position, info) ||
    isHeadOther(position, info) ||
    !areMarksHeld(
      position,
      info,
      ranges.map(([, reply]) => reply),
    )
  );
}
