import type { Db, Document } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, readFact, writeFact } from '../database/stored.js';

/** A stream whose trimming will soon reach unread entries. */
export interface TrimForecast {
  readonly key: string;
  /** The time when trimming reaches unread entries at the present rates; in the past if it already has. */
  readonly at: Date;
}

const ID = 'trim forecasts';
/** Age after which forecasts are ignored, in ms: no scheduler is active. */
const OUTDATED_MS = 600_000;

/** The number of consumed entries of each stream, from its saved position. Streams without a document are left out. */
export async function consumedEntries(db: Db, keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
  return await connected(db, async () => {
    const found = await findByIds(keysIn(db), keys, { 'position.passed': 1 }, { keyType: 'stream' });
    return new Map(found.map(({ _id, position }) => [_id, Number(position?.passed ?? 0)]));
  });
}

/**
 * Replaces the stored forecasts.
 * @throws SyncError as mongoError.
 */
export async function saveForecasts(db: Db, forecasts: readonly TrimForecast[]): Promise<void> {
  await writeFact(db, ID, { $set: { at: new Date(), forecasts } });
}

/**
 * Reads the last forecasts, most urgent first, without those of streams that were read to their end since.
 * @throws SyncError as mongoError.
 */
export async function readForecasts(db: Db): Promise<readonly TrimForecast[]> {
  const found = await readFact(db, ID);
  const { at: madeAt, forecasts }: Document = found ?? {};
  if (!(madeAt instanceof Date) || Date.now() - madeAt.getTime() > OUTDATED_MS) return [];
  if (!Array.isArray(forecasts) || forecasts.length === 0) return [];
  const list = forecasts
    .map(({ key, at }: Document) => ({ key: String(key), at: at instanceof Date ? at : new Date(0) }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  const names = list.map(({ key }) => key);
  const readSince = { lag: 0, lastSyncedAt: { $gt: madeAt } };
  const read = await connected(db, () => findByIds(keysIn(db), names, { _id: 1 }, readSince));
  const over = new Set(read.map(({ _id }) => _id));
  return list.filter(({ key }) => !over.has(key));
}
