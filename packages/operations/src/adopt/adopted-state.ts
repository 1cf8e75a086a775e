import {
  firstState,
  HISTORY_KEPT,
  inCollection,
  type KeyState,
  type KeyType,
  type Line,
  type Period,
  placeOf,
} from '@redis-to-mongo/pipeline';
import type { OldActivity, OldStream } from './old-stream.js';
import type { StreamNow } from './stream-now.js';

type About = Pick<Line, 'separator' | 'rules' | 'now'>;

/**
 * The state of an adopted key, in its first incarnation. A key that exists in Redis is active, whatever the
 * old engine recorded. Any other key keeps the old engine's status; if that is active, the first sweep
 * retires the key.
 */
export function adoptedState(
  line: About,
  key: string,
  keyType: KeyType,
  old: Pick<OldStream, 'activity' | 'isActive' | 'createdAt' | 'updatedAt'>,
  isInRedis: boolean,
): KeyState {
  const now = line.now();
  const isActive = isInRedis || old.isActive;
  const first = firstState(key, placeOf(key, line.separator), keyType, now);
  return inCollection(
    {
      ...first,
      status: isActive ? 'active' : 'deleted',
      activity: periodsOf(old.activity, isActive, old.createdAt ?? now, now),
      firstSyncedAt: old.createdAt ?? now,
      lastSyncedAt: old.updatedAt ?? now,
    },
    line.rules?.collectionFor(key, keyType) ?? null,
  );
}

/** Adds the old engine's position to a state. @param stream the stream in Redis, if it exists. */
export function withOldPosition(
  state: KeyState,
  upTo: string | null,
  messages: number,
  stream: StreamNow | undefined,
): KeyState {
  const counts = { ...state.counts, seen: messages, written: messages };
  if (upTo === null) return { ...state, counts };
  return {
    ...state,
    counts,
    lag: stream?.unread ?? 0,
    position: {
      entryId: upTo,
      passed: stream?.consumed ?? 0,
      before: 0,
      lastId: stream?.lastId ?? upTo,
      added: stream?.added ?? null,
      digest: '',
      entryBytes: 0,
      binary: false,
    },
  };
}

function periodsOf(
  activity: readonly OldActivity[],
  isActive: boolean,
  createdAt: Date,
  now: Date,
): Period[] {
  const periods: Period[] = [];
  let from: Date | undefined;
  const close = (to: Date) => {
    if (from) periods.push({ incarnation: 1, from, to, end: 'deleted' });
    from = undefined;
  };
  for (const { at, isActive: isThere } of activity) {
    if (isThere) from ??= at;
    else close(at);
  }
  if (activity.length === 0) from = createdAt;
  if (isActive) periods.push({ incarnation: 1, from: from ?? now, to: null, end: null });
  else close(now);
  return periods.slice(-HISTORY_KEPT);
}
