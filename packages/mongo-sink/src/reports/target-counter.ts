import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { fleetFactsIn, readFact, writeFact } from '../database/stored.js';

const ID = 'counter';

/**
 * Increases the target's counter. A target that was dropped or set back to an earlier state then shows a
 * lower number.
 * @returns the new number.
 * @throws SyncError as mongoError.
 */
export async function countInTarget(db: Db): Promise<number> {
  const update = { $inc: { n: 1 }, $currentDate: { at: true } } as const;
  const after = { upsert: true, returnDocument: 'after' } as const;
  const counted = await connected(db, () => fleetFactsIn(db).findOneAndUpdate({ _id: ID }, update, after));
  return counted?.n ?? 0;
}

/**
 * The time since the counter was last increased, in ms, by the target's own clock. An active scheduler
 * increases it every few seconds. If the clock was set back since, that time is to come: it counts as long ago.
 * @returns `undefined` if the time is unknown.
 * @throws as countInTarget.
 */
export async function targetCountedAgo(db: Db): Promise<number | undefined> {
  const [counter, { localTime }] = await Promise.all([
    readFact(db, ID),
    connected(db, () => db.command({ hello: 1 })),
  ]);
  const at: unknown = counter?.at;
  return at instanceof Date && localTime instanceof Date
    ? Math.abs(localTime.getTime() - at.getTime())
    : undefined;
}

/** Raises the target's counter to at least this value. @throws as countInTarget. */
export async function raiseTargetCounter(db: Db, n: number): Promise<void> {
  await writeFact(db, ID, { $max: { n } });
}

/**
 * The target's counter; 0 if it has none.
 * @throws as countInTarget.
 */
export async function readTargetCounter(db: Db): Promise<number> {
  return (await readFact(db, ID))?.n ?? 0;
}
