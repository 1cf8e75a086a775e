import type { Collection, Db, Document, UpdateFilter } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';

/** A document as MongoDB has it. The fleet's own documents have a text as `_id`. */
export type Stored = { _id: string } & Document;

/** The documents of keys. */
export function keysIn<Key extends Stored = Stored>(db: Db): Collection<Key> {
  return db.collection<Key>('keys');
}

/** The dead letters, without the parts of large ones. */
export function lettersIn(db: Db): Collection<Stored> {
  return db.collection<Stored>('dead_letters');
}

/** The facts about the fleet, one document each. */
export function fleetFactsIn(db: Db): Collection<Stored> {
  return db.collection<Stored>('fleet');
}

/** Reads a fact about the fleet; `undefined` if there is none. @throws SyncError as mongoError. */
export async function readFact(db: Db, _id: string): Promise<Stored | undefined> {
  return (await connected(db, () => fleetFactsIn(db).findOne({ _id }))) ?? undefined;
}

/** Updates a fact about the fleet, or creates it. @throws SyncError as mongoError. */
export async function writeFact(db: Db, _id: string, update: UpdateFilter<Stored>): Promise<void> {
  await connected(db, () => fleetFactsIn(db).updateOne({ _id }, update, { upsert: true }));
}
