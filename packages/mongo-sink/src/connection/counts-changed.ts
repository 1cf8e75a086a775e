import type { Db } from 'mongodb';
import { fleetFactsIn } from '../database/stored.js';
import { connected } from './ensure-connected.js';
import { probeWrites } from './probe-writes.js';

/**
 * Whether the server counts only those documents as modified that an update changed. FerretDB 2 counts each that a pipeline replaced,
 * also by itself. Asked on the document that probes write.
 * @throws SyncError as mongoError.
 */
export async function countsChanged(db: Db): Promise<boolean> {
  await probeWrites(db);
  return await connected(db, async () => {
    const { modifiedCount } = await fleetFactsIn(db).updateOne({ _id: 'probe' }, [
      { $replaceWith: '$$ROOT' },
    ]);
    return modifiedCount === 0;
  });
}
