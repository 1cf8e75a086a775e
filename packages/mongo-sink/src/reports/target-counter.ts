import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { fleetFactsIn, readFact, writeFact } from '../database/stored.js';

const ID = 'counter';

/**
 * Counts on in the target, so that a target that was dropped, or set back to an earlier state, is known by a lower number.
 * @returns the new number.
 * @throws SyncError as mongoError.
 */
export async function countInTarget(db: Db): Promise<number> {
  const after = { upsert: true, returnDocument: 'after' } as const;
  const counted = await connected(db, () =>
    fleetFactsIn(db).findOneAndUpdate({ _id: ID }, { $inc: { n: 1 } }, after),
  );
  return counted?.n ?? 0;
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
