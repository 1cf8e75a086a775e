import { SyncError, shownKey } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { mongoError } from '../errors/mongo-error.js';
import { HEADER_PROJECTION, isUnitOf, parseHeader, plainUnit, type UnitDocument } from './value-header.js';
import { pathsIn, type StoredId, type StoredValue } from './value-place.js';

/** Readings that may find the value changed under them. */
const TRIES = 10;

/**
 * All units of a value of form `members`, in the fleet's own shape, as one state of the key, by `_id`: so a list's items are in their order.
 * They are held in memory at once. @param id of the value's document, where a rule made one. `undefined` when there is no such value, or it is inline.
 * @throws SyncError VALUE_CHANGED_WHILE_READ when the value changed during each of ten readings.
 */
export async function readUnits(
  db: Db,
  { collection, memberCollection }: { readonly collection: string; readonly memberCollection: string },
  key: string,
  id: StoredId = key,
): Promise<UnitDocument[] | undefined> {
  try {
    for (let i = 0; i < TRIES; i++) {
      const before = await readHeader(db, collection, id);
      if (before?.form !== 'members') return undefined;
      const found = await db
        .collection<UnitDocument>(memberCollection)
        .find(pathsIn(before.isShaped, { key }))
        .toArray();
      const units = found.map(plainUnit).filter((unit) => isUnitOf(before, unit));
      const after = await readHeader(db, collection, id);
      if (after?.form === 'members' && after.generation === before.generation)
        return units.sort((a, b) => (a._id < b._id ? -1 : 1));
    }
  } catch (error) {
    throw mongoError(error);
  }
  throw new SyncError(
    'VALUE_CHANGED_WHILE_READ',
    'transient',
    `key ${shownKey(key)}: its units changed while they were read`,
  );
}

async function readHeader(db: Db, collection: string, id: StoredId) {
  const found = await db
    .collection<StoredValue>(collection)
    .findOne({ _id: id }, { projection: HEADER_PROJECTION });
  return found ? parseHeader(found) : undefined;
}
