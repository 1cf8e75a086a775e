import type { Collection, Db, Document } from 'mongodb';

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
export function fleetFactsIn<Fact extends Stored = Stored>(db: Db): Collection<Fact> {
  return db.collection<Fact>('fleet');
}
