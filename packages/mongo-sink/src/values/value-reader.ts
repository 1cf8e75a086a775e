import { SyncError, shownKey } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { mongoError } from '../errors/mongo-error.js';
import {
  type ElementDocument,
  isElementOf,
  MANIFEST_PROJECTION,
  parseManifest,
  plainElement,
} from './value-manifest.js';
import { pathsIn, type StoredId, type StoredValue } from './value-place.js';

/** Readings that may find the value changed under them. */
const TRIES = 10;

/**
 * All elements of a value of form `members`, in the fleet's own shape, as one state of the key, by `_id`: so a list's items are in their order.
 * They are held in memory at once. @param id of the value's document, where a rule made one. `undefined` when there is no such value, or it is inline.
 * @throws SyncError VALUE_CHANGED_WHILE_READ when the value changed during each of ten readings.
 */
export async function readElements(
  db: Db,
  { collection, memberCollection }: { readonly collection: string; readonly memberCollection: string },
  key: string,
  id: StoredId = key,
): Promise<ElementDocument[] | undefined> {
  try {
    for (let i = 0; i < TRIES; i++) {
      const before = await readManifest(db, collection, id);
      if (before?.form !== 'members') return undefined;
      const found = await db
        .collection<ElementDocument>(memberCollection)
        .find(pathsIn(before.isShaped, { key }))
        .toArray();
      const elements = found.map(plainElement).filter((element) => isElementOf(before, element));
      const after = await readManifest(db, collection, id);
      if (after?.form === 'members' && after.generation === before.generation)
        return elements.sort((a, b) => (a._id < b._id ? -1 : 1));
    }
  } catch (error) {
    throw mongoError(error);
  }
  throw new SyncError(
    'VALUE_CHANGED_WHILE_READ',
    'transient',
    `key ${shownKey(key)}: its elements changed while they were read`,
  );
}

async function readManifest(db: Db, collection: string, id: StoredId) {
  const found = await db
    .collection<StoredValue>(collection)
    .findOne({ _id: id }, { projection: MANIFEST_PROJECTION });
  return found ? parseManifest(found) : undefined;
}
