import type { Db } from 'mongodb';
import { fleetFactsIn } from '../database/stored.js';
import { connected } from './ensure-connected.js';

/**
 * Whether MongoDB takes writes now: it sets one small document of the fleet's own, as durably as everything else.
 * @throws SyncError as mongoError.
 */
export async function probeWrites(db: Db): Promise<void> {
  await connected(db, async () => {
    await fleetFactsIn(db).updateOne({ _id: 'probe' }, { $set: { at: new Date() } }, { upsert: true });
  });
}
