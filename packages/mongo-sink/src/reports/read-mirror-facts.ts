import { hasScheduler, KEY_TYPES } from '@redis-to-mongo/key-types';
import { behindMs } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, lettersIn } from '../database/stored.js';
import { KEY_LETTERS } from '../dead-letters/key-letters.js';
import { toDeadLetter } from '../dead-letters/letter-lists.js';
import { CONDITIONS, keyParts } from '../keys/key-lists.js';
import { readTargetCounter } from '../reports/target-counter.js';
import { readForecasts, type TrimForecast } from './trim-forecasts.js';

/** A stream that an operator has paused, and its last mirrored entry; null if no entry is mirrored. */
export interface PausedStream {
  readonly key: string;
  readonly entryId: string | null;
  /** Number of entries ever added to the stream, up to that entry. */
  readonly consumed: number;
}

/** The keys that an operator has paused. */
export interface PausedKeys {
  readonly keys: number;
  /** The first paused streams, at most `paused` of MirrorFactsLimits. */
  readonly streams: readonly PausedStream[];
}

/** The facts in MongoDB that decide whether the mirror is complete. */
export interface MirrorFacts {
  /** Whether MongoDB has active keys. */
  readonly hasKeys: boolean;
  /** Number of active streams and sets. Each has a job scheduler. */
  readonly activeScheduled: number;
  /** Keys whose last job failed. */
  readonly failing: number;
  /** Number of keys whose own document MongoDB refuses, and the last such key. */
  readonly refused: { readonly keys: number; readonly last?: RefusedKey };
  readonly lag: FleetLag;
  readonly paused: PausedKeys;
  /** Entries lost in the last hour; a lower bound. */
  readonly lostLately: number;
  /** Records that MongoDB refused, and that are still dead letters: Redis or its past has them, MongoDB not. */
  readonly deadLetters: number;
  /** Streams whose trimming will soon reach unread entries, the most urgent first. */
  readonly forecasts: readonly TrimForecast[];
  /** The target's counter; see countInTarget. */
  readonly counter?: number;
}

/** A key whose document MongoDB refuses, and its code. */
export interface RefusedKey {
  readonly key: string;
  readonly code: number;
}

const LATELY_MS = 3_600_000;
/** Dead letters that are counted one by one. */
const MOST_COUNTED = 10_000;

/** Maximum numbers of keys that are listed by name. */
export interface MirrorFactsLimits {
  /** Keys furthest behind. */
  readonly worst: number;
  /** Paused streams. */
  readonly paused: number;
}

/**
 * Reads the facts with indexes only. Of the keys that are up to date, it counts only those with a job
 * scheduler, not the others, which can be a million. So it costs little for any number of keys.
 * @throws SyncError as mongoError.
 */
export async function readMirrorFacts(db: Db, limits: MirrorFactsLimits): Promise<MirrorFacts> {
  return await connected(db, async () => {
    const keys = keysIn(db);
    const since = new Date(Date.now() - LATELY_MS);
    const [activeScheduled, failing, refused, lag, paused, lostLately, letters, forecasts, counter] =
      await Promise.all([
        keys.countDocuments({ ...CONDITIONS.active, keyType: { $in: KEY_TYPES.filter(hasScheduler) } }),
        keys.countDocuments(CONDITIONS.failing),
        readRefused(db),
        readLag(db, limits.worst),
        readPaused(db, limits.paused),
        lostSince(db, since),
        countAllLetters(db),
        readForecasts(db),
        readTargetCounter(db),
      ]);
    return {
      hasKeys: activeScheduled > 0 || (await hasActive(db)),
      activeScheduled,
      failing,
      refused,
      lag,
      paused,
      lostLately,
      // The documents of keys are not records.
      deadLetters: Math.max(0, letters - refused.keys),
      forecasts,
      counter,
    };
  });
}

/**
 * Counts dead letters by an index. Many are not counted: MongoDB's own count is then good enough, although it
 * can be wrong after a crash.
 */
async function countAllLetters(db: Db): Promise<number> {
  const letters = lettersIn(db);
  const some = await letters.countDocuments({ at: { $gte: new Date(0) } }, { limit: MOST_COUNTED });
  return some < MOST_COUNTED ? some : Math.max(some, await letters.estimatedDocumentCount());
}

async function readRefused(db: Db): Promise<MirrorFacts['refused']> {
  const letters = lettersIn(db);
  const keys = await letters.countDocuments(KEY_LETTERS);
  if (keys === 0) return { keys };
  const newest = { ...KEY_LETTERS, at: { $gt: new Date(0) } };
  const [last] = await letters
    .find(newest, { projection: { code: 1 } })
    .sort({ at: -1, _id: -1 })
    .limit(1)
    .toArray();
  return last ? { keys, last: { key: toDeadLetter(last).key, code: Number(last.code) } } : { keys };
}

/** Queries each type by itself, as one range of an index. */
async function hasActive(db: Db): Promise<boolean> {
  for (const part of keyParts(undefined, 'active'))
    if (await keysIn(db).findOne(part, { projection: { _id: 1 } })) return true;
  return false;
}

async function readPaused(db: Db, most: number): Promise<PausedKeys> {
  const keys = keysIn(db);
  const filter = { ...CONDITIONS.paused, ...CONDITIONS.active };
  const projection = { keyType: 1, 'position.entryId': 1, 'position.passed': 1 };
  const [count, found] = await Promise.all([
    keys.countDocuments(filter),
    keys
      .find({ ...filter, keyType: 'stream' }, { projection })
      .limit(most)
      .toArray(),
  ]);
  return {
    keys: count,
    streams: found.map(({ _id, position }) => ({
      key: _id,
      entryId: typeof position?.entryId === 'string' ? position.entryId : null,
      consumed: Number(position?.passed ?? 0),
    })),
  };
}

/** Sums the lost entries. A key keeps only its newest gaps, so the sum is a lower bound. */
async function lostSince(db: Db, since: Date): Promise<number> {
  const keys = keysIn(db);
  const found = keys.find({ ...CONDITIONS.gaps, 'gaps.at': { $gte: since } }, { projection: { gaps: 1 } });
  let entries = 0;
  for await (const { gaps } of found)
    for (const gap of Array.isArray(gaps) ? gaps : [])
      if (gap.at instanceof Date && gap.at >= since) entries += Number(gap.entries ?? 0);
  return entries;
}

/** The lag of the mirror, as of each key's last sync. */
interface FleetLag {
  /** Entries left in Redis, over all keys. */
  readonly entries: number;
  /** The maximum time that a key is behind, in ms: see behindMs. */
  readonly ms: number;
  /** Number of keys that are behind. */
  readonly keys: number;
  /** The keys with the most entries left, largest first. */
  readonly worst: readonly { readonly key: string; readonly entries: number }[];
}

/**
 * Reads the keys that are behind, by an index that holds no others.
 * @param most keys in `worst`.
 * @throws SyncError as mongoError.
 */
async function readLag(db: Db, most: number): Promise<FleetLag> {
  const lag = { entries: 0, ms: 0, keys: 0 };
  let worst: { key: string; entries: number }[] = [];
  return await connected(db, async () => {
    const behind = keysIn(db).find(CONDITIONS.behind, {
      projection: { lag: 1, 'position.entryId': 1 },
      batchSize: 5000,
    });
    const now = Date.now();
    for await (const { _id, lag: left, position } of behind) {
      const entries = Number(left);
      lag.keys++;
      lag.entries += entries;
      lag.ms = Math.max(lag.ms, behindMs(String(position?.entryId ?? ''), now) ?? 0);
      if (worst.length === most && entries <= (worst.at(-1)?.entries ?? 0)) continue;
      worst = [...worst, { key: _id, entries }].sort((a, b) => b.entries - a.entries).slice(0, most);
    }
    return { ...lag, worst };
  });
}
