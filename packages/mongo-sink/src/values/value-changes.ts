import type { Replacement } from '@redis-to-mongo/pipeline';
import { BSON, type Db, type Document } from 'mongodb';
import type { Change } from '../commands/grouped-updates.js';
import { throwMongoError } from '../errors/mongo-error.js';
import { IS_OURS } from './value-manifest.js';
import type { StoredValue } from './value-place.js';
import { goneFields, ownFields } from './value-records.js';

/** Matches the documents that valueChange can change: the fleet's, in its own shape, not of large values. */
export const PLAIN_VALUES: Document = { revision: { $gte: 0 }, form: { $ne: 'members' }, ...IS_OURS };

/**
 * The change that replaces a value's document. If the document is missing, or must lose fields, use updateOf.
 */
export function valueChange(value: Replacement): Change {
  const fields = ownFields(value);
  return {
    _id: value.state.key,
    condition: { $lt: ['$revision', fields.revision] },
    fields,
    without: goneFields(value.write),
    bytes: value.write.bytes,
  };
}

/**
 * Finds which changes are in a collection. It compares all fields, including the time of the write: a
 * document of the same revision can come from another worker.
 * @throws SyncError as mongoError.
 */
export async function changesHeld(
  db: Db,
  collection: string,
  changes: readonly Change[],
): Promise<ReadonlySet<Change>> {
  const found = await db
    .collection<StoredValue>(collection)
    // Read 64-bit integers as BigInt: as numbers, small ones would be compared as 32-bit integers, and
    // differ.
    .find({ _id: { $in: changes.map(({ _id }) => _id) } }, { useBigInt64: true })
    .toArray()
    .catch(throwMongoError);
  const byId = new Map(found.map((document) => [document._id, document]));
  return new Set(changes.filter((change) => holds(byId.get(change._id), change)));
}

function holds(document: Document | undefined, { fields }: Change): boolean {
  if (!document || document.revision !== fields.revision) return false;
  const held = Object.fromEntries(Object.keys(fields).map((name) => [name, document[name]]));
  return Buffer.from(BSON.serialize(held)).equals(BSON.serialize(fields));
}
