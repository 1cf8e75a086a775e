import { isObject, type KeyState, type StoredContent } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { insertRecords } from '../commands/write-records.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { toKeyDocument } from '../keys/key-document.js';

/** A message of the engine before this one: as the fleet's own; of one without an entry id the id is null. */
export interface AdoptedMessage {
  readonly _id: string;
  readonly stream: string;
  readonly type: string;
  readonly entryId: string | null;
  readonly at: Date | null;
  readonly content: StoredContent;
}

/** The record of an adoption, in the key's document in `keys`. */
export interface Adoption {
  readonly generation: 'weekly' | 'acc';
  readonly at: Date;
  readonly messages: number;
  /** Messages among them that the old engine had kept without an entry id. */
  readonly withoutId: number;
  /** Entries up to this one were read by the old engine; null where it had kept no position. */
  readonly upTo: string | null;
}

/** Counts how many of these messages already exist. @throws SyncError as mongoError. */
export async function countThere(db: Db, collection: string, ids: readonly string[]): Promise<number> {
  return await connected(db, async () => {
    const messages = db.collection<Stored>(collection);
    const found = await messages.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } }).toArray();
    return found.length;
  });
}

/** Inserts messages; one that is there stays as it is. @throws SyncError where it is not about single messages. */
export async function insertAdopted(db: Db, collection: string, messages: readonly AdoptedMessage[]) {
  const { errors } = await insertRecords(db, collection, messages);
  const alreadyThere = errors.filter(({ isOwnId }) => isOwnId).length;
  const refused = errors.length - alreadyThere;
  return { written: messages.length - errors.length, alreadyThere, refused };
}

/** Which of these keys the fleet knows, with what was noted where they were adopted. @throws as countThere. */
export async function knownKeys(
  db: Db,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Adoption | undefined>> {
  return await connected(db, async () => {
    const known = keysIn(db).find({ _id: { $in: [...keys] } }, { projection: { adopted: 1 } });
    return new Map((await known.toArray()).map(({ _id, adopted }) => [_id, adoptionIn(adopted)]));
  });
}

/** What was noted of a key that was adopted. @throws as countThere. */
export async function readAdoption(db: Db, key: string): Promise<Adoption | undefined> {
  return (await knownKeys(db, [key])).get(key);
}

/**
 * Makes a key that the fleet does not know yet one of its own.
 * @returns false where it is known by now.
 * @throws SyncError where MongoDB does not take it.
 */
export async function adoptKey(db: Db, state: KeyState, adopted: Adoption): Promise<boolean> {
  const document = { ...toKeyDocument({ ...state, revision: 1 }, 'adopt'), adopted };
  return await connected(db, async () => {
    const { upsertedCount } = await keysIn(db).updateOne(
      { _id: state.key },
      { $setOnInsert: withoutId(document) },
      { upsert: true },
    );
    return upsertedCount === 1;
  });
}

function withoutId({ _id, ...fields }: Document): Document {
  return fields;
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
