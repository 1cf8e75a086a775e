import type { Db, Document } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, lettersIn, type Stored } from '../database/stored.js';
import type { Index } from '../indexes/value-indexes.js';

/** A sample of the fleet; null for values that could not be read. */
export interface FleetSample {
  readonly at: Date;
  /** The verdict's level. */
  readonly level: string;
  readonly behindMs: number | null;
  /** Entries left to read, over all keys. */
  readonly lag: number | null;
  readonly entriesPerSec: number | null;
  readonly keysPerSec: number | null;
  /** Keys that are due: no run has handled their last change yet. */
  readonly due: number | null;
  readonly waiting: number | null;
  readonly workers: number | null;
  readonly schedulers: number | null;
  /** Entries lost in the hour before. */
  readonly lost: number | null;
  /** Number of dead letters. */
  readonly dead: number | null;
}

/** A sample of a key; counts are totals since its first sync. */
export interface KeySample {
  readonly at: Date;
  readonly lag: number;
  readonly seen: number;
  readonly gap: number;
  readonly dead: number;
}

/** How long a key is sampled after a user viewed it, in ms; and the maximum number of such keys. */
const WATCHED_MS = 7 * 86_400_000;
const MOST_WATCHED = 200;
const MAX_MS = 30_000;
const MINUTE_MS = 60_000;

export const HISTORY_INDEXES: readonly Index[] = [
  { collection: 'history', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: 'key_history', key: { key: 1, at: 1 } },
  { collection: 'key_history', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: 'watched_keys', key: { until: 1 }, expireAfterSeconds: 0 },
];

type Sampled = { _id: Date } & Document;
/**
 * Stores a sample of the fleet, one per minute: the later of two in the same minute replaces the earlier.
 * Also stores a sample of each named key, and of each key that a user viewed lately.
 * @param keepMs MongoDB removes the samples after this time.
 * @throws SyncError as mongoError.
 */
export async function writeHistory(
  db: Db,
  sample: Omit<FleetSample, 'dead'>,
  keys: readonly string[],
  keepMs: number,
): Promise<void> {
  await connected(db, async () => {
    const minute = new Date(Math.floor(sample.at.getTime() / MINUTE_MS) * MINUTE_MS);
    const expiresAt = new Date(minute.getTime() + keepMs);
    const dead = await lettersIn(db).estimatedDocumentCount();
    const { at: _, ...figures } = sample;
    await db
      .collection<Sampled>('history')
      .replaceOne({ _id: minute }, { ...figures, dead, expiresAt }, { upsert: true });
    const watched = await db.collection<Stored>('watched_keys').find().limit(MOST_WATCHED).toArray();
    const names = [...new Set([...keys, ...watched.map(({ _id }) => _id)])];
    if (names.length === 0) return;
    const found = await findByIds(keysIn(db), names, { lag: 1, counts: 1 });
    const samples = found.map(({ _id: key, lag, counts }) => ({
      replaceOne: {
        filter: { _id: `${minute.getTime()} ${key}` },
        replacement: {
          key,
          at: minute,
          lag: Number(lag ?? 0),
          seen: Number(counts?.seen ?? 0),
          gap: Number(counts?.gap ?? 0),
          dead: Number(counts?.dead ?? 0),
          expiresAt,
        },
        upsert: true,
      },
    }));
    if (samples.length > 0) await db.collection<Stored>('key_history').bulkWrite(samples, { ordered: false });
  });
}

/** Samples a key for a week from now, unless too many keys are sampled. @throws as writeHistory. */
export async function watchKey(db: Db, key: string, now = new Date()): Promise<void> {
  await connected(db, async () => {
    const watched = db.collection<Stored>('watched_keys');
    const until = new Date(now.getTime() + WATCHED_MS);
    const { matchedCount } = await watched.updateOne({ _id: key }, { $set: { until } });
    if (matchedCount === 0 && (await watched.estimatedDocumentCount()) < MOST_WATCHED)
      await watched.updateOne({ _id: key }, { $set: { until } }, { upsert: true });
  });
}

/** Reads the samples since a time, oldest first. @throws as writeHistory. */
export async function readHistory(db: Db, since: Date): Promise<readonly FleetSample[]> {
  return await connected(db, async () => {
    const found = await db
      .collection<Sampled>('history')
      .find({ _id: { $gte: since } }, { maxTimeMS: MAX_MS })
      .sort({ _id: 1 })
      .toArray();
    return found.map(({ _id, level, ...figures }) => ({
      at: _id,
      level: String(level),
      behindMs: numberOf(figures.behindMs),
      lag: numberOf(figures.lag),
      entriesPerSec: numberOf(figures.entriesPerSec),
      keysPerSec: numberOf(figures.keysPerSec),
      due: numberOf(figures.due),
      waiting: numberOf(figures.waiting),
      workers: numberOf(figures.workers),
      schedulers: numberOf(figures.schedulers),
      lost: numberOf(figures.lost),
      dead: numberOf(figures.dead),
    }));
  });
}

/** Reads the samples of a key since a time, oldest first. @throws as writeHistory. */
export async function readKeyHistory(db: Db, key: string, since: Date): Promise<readonly KeySample[]> {
  return await connected(db, async () => {
    const found = await db
      .collection<Stored>('key_history')
      .find({ key, at: { $gte: since } }, { maxTimeMS: MAX_MS })
      .sort({ at: 1 })
      .toArray();
    return found.map(({ at, lag, seen, gap, dead }) => ({
      at: at instanceof Date ? at : new Date(0),
      lag: Number(lag),
      seen: Number(seen),
      gap: Number(gap),
      dead: Number(dead),
    }));
  });
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
