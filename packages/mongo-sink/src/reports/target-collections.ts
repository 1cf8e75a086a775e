import { Binary, type Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { readFact, writeFact } from '../database/stored.js';
import { unlessRefused } from '../errors/refused-by.js';

/** A collection, and the UUID that MongoDB gave it when it was created. */
export interface CollectionId {
  readonly name: string;
  readonly id: string;
}

const ID = 'collections';
/** Unauthorized, CommandNotFound, CommandNotSupported, NotImplemented: a retry would not help. */
const NEVER_LISTED = [13, 59, 115, 238];

/**
 * The collections of the target; none if the server gives them no UUID, or does not list them for this user.
 * Source: https://www.mongodb.com/docs/manual/reference/command/listCollections/
 * @throws SyncError as mongoError.
 */
export async function collectionIds(db: Db): Promise<readonly CollectionId[]> {
  return await connected(db, async () => {
    const listed = db.listCollections({ type: 'collection' }).toArray();
    const found = await listed.catch(unlessRefused(...NEVER_LISTED));
    return (found ?? []).flatMap(({ name, ...rest }) => {
      const uuid: unknown = 'info' in rest ? rest.info?.uuid : undefined;
      return uuid instanceof Binary ? [{ name, id: uuid.toString('hex') }] : [];
    });
  });
}

/**
 * Reads the collections that the target stored last; `undefined` if it never stored them.
 * @throws as collectionIds.
 */
export async function rememberedCollections(db: Db): Promise<readonly CollectionId[] | undefined> {
  return (await readFact(db, ID))?.collections;
}

/** Stores the target's collections in the target. @throws as collectionIds. */
export async function rememberCollections(db: Db, collections: readonly CollectionId[]): Promise<void> {
  await writeFact(db, ID, { $set: { collections } });
}
