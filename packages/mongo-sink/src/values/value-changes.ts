import type { Replacement } from '@redis-to-mongo/pipeline';
import { BSON, type Db, type Document } from 'mongodb';
import type { Change } from '../commands/grouped-updates.js';
import { throwMongoError } from '../errors/mongo-error.js';
import { IS_OURS } from './value-manifest.js';
import type { StoredValue } from './value-place.js';
import { goneFields, ownFields } from './value-records.js';

/** What is true of the documents that valueChange is for: they are of the fleet, in its own shape, and no large values. */
export const PLAIN_VALUES: Document = { revision: { $gte: 0 }, form: { $ne: 'members' }, ...IS_OURS };

/** Makes a value's document the new one, as updateOf does; one that has to lose fields, or is missing, it leaves to that. */
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
 * Which of the changes a collection holds, field by field, the time of the write among them: a document of the same revision can be
 * of another worker. @throws SyncError as mongoError.
 */
export async function changesHeld(
  db: Db,
  collection: string,
  changes: readonly Change[],
): Promise<ReadonlySet<Change>> {
  const found = await db
    .collection<StoredValue>(collection)
    // 64-bit integers as such: as numbers, small ones would be taken for others than were written.
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
