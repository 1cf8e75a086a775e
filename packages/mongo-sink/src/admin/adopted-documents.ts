import { isObject, type KeyState, type MessageDocument, type StoredContent } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import { insertRecords } from '../commands/write-records.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { toKeyDocument } from '../keys/key-document.js';

/** A message of the old engine, in the fleet's form. `entryId` is null if the old engine kept none. */
export interface AdoptedMessage extends Pick<MessageDocument, '_id' | 'stream' | 'type' | 'at'> {
  readonly entryId: string | null;
  readonly content: StoredContent;
}

/** The record of an adoption, in the key's document in `keys`. */
export interface Adoption {
  readonly generation: 'weekly' | 'acc';
  readonly at: Date;
  readonly messages: number;
  /** Number of these messages that have no entry id. */
  readonly withoutId: number;
  /** Id of the last entry that the old engine read; null if it kept no position. */
  readonly upTo: string | null;
}

/** Counts how many of these messages already exist. @throws SyncError as mongoError. */
export async function countThere(db: Db, collection: string, ids: readonly string[]): Promise<number> {
  return await connected(db, async () => {
    return (await findByIds(db.collection<Stored>(collection), ids, { _id: 1 })).length;
  });
}

/** Inserts messages; existing ones stay unchanged. @throws SyncError as writeRecords. */
export async function insertAdopted(db: Db, collection: string, messages: readonly AdoptedMessage[]) {
  const { errors } = await insertRecords(db, collection, messages);
  const alreadyThere = errors.filter(({ isOwnId }) => isOwnId).length;
  const refused = errors.length - alreadyThere;
  return { written: messages.length - errors.length, alreadyThere, refused };
}

/**
 * Finds which keys the fleet knows, each with its adoption record if it was adopted.
 * @throws as countThere.
 */
export async function knownKeys(
  db: Db,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Adoption | undefined>> {
  return await connected(db, async () => {
    const known = await findByIds(keysIn(db), keys, { adopted: 1 });
    return new Map(known.map(({ _id, adopted }) => [_id, adoptionIn(adopted)]));
  });
}

/** Reads the adoption record of a key; `undefined` if the key was not adopted. @throws as countThere. */
export async function readAdoption(db: Db, key: string): Promise<Adoption | undefined> {
  return (await knownKeys(db, [key])).get(key);
}

/** A key to adopt: its state, and the record of the adoption. */
export interface AdoptedKey {
  readonly state: KeyState;
  readonly adopted: Adoption;
}

/**
 * Creates the documents of keys that the fleet does not know yet.
 * @returns the result for each key, in the same order; `there`: the fleet already knows it.
 * @throws SyncError as writeRecords.
 */
export async function adoptKeys(
  db: Db,
  keys: readonly AdoptedKey[],
): Promise<readonly ('taken' | 'there' | 'refused')[]> {
  if (keys.length === 0) return [];
  const documents = keys.map(({ state, adopted }) => ({
    ...toKeyDocument({ ...state, revision: 1 }, 'adopt'),
    adopted,
  }));
  const { errors } = await insertRecords(db, 'keys', documents);
  const errorOf = new Map(errors.map((error) => [error.index, error]));
  return keys.map((_, i) => {
    const error = errorOf.get(i);
    if (!error) return 'taken';
    return error.isOwnId ? 'there' : 'refused';
  });
}

/** Records an adoption in the existing document of a key. @throws SyncError as mongoError. */
export async function noteAdoption(db: Db, key: string, adopted: Adoption): Promise<void> {
  await connected(db, async () => await keysIn(db).updateOne({ _id: key }, { $set: { adopted } }));
}

function adoptionIn(adopted: unknown): Adoption | undefined {
  if (!isObject(adopted)) return undefined;
  const { generation, at, messages, withoutId: without, upTo } = adopted;
  return {
    generation: generation === 'weekly' ? 'weekly' : 'acc',
    at: at instanceof Date ? at : new Date(0),
    messages: Number(messages ?? 0),
    withoutId: Number(without ?? 0),
    upTo: typeof upTo === 'string' ? upTo : null,
  };
}
