import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { fleetFactsIn, type Stored } from '../database/stored.js';

type Counter = Stored & { readonly n: number };

const ID = 'counter';

/**
 * Counts on in the target, so that a target that was dropped, or set back to an earlier state, is known by a lower number.
 * @returns the new number.
 * @throws SyncError as mongoError.
 */
export async function countInTarget(db: Db): Promise<number> {
  return await connected(db, async () => {
    const counters = fleetFactsIn<Counter>(db);
    const after = { upsert: true, returnDocument: 'after' } as const;
    return (await counters.findOneAndUpdate({ _id: ID }, { $inc: { n: 1 } }, after))?.n ?? 0;
  });
}

/** Raises the target's counter to at least this value. @throws as countInTarget. */
export async function raiseTargetCounter(db: Db, n: number): Promise<void> {
  await connected(db, async () => {
    await fleetFactsIn<Counter>(db).updateOne({ _id: ID }, { $max: { n } }, { upsert: true });
  });
}

/**
 * The target's counter; 0 if it has none.
 * @throws as countInTarget.
 */
export async function readTargetCounter(db: Db): Promise<number> {
  return await connected(db, async () => (await fleetFactsIn<Counter>(db).findOne({ _id: ID }))?.n ?? 0);
}
