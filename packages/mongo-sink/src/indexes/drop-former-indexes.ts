import { type Db, type Document, MongoServerError } from 'mongodb';
import { defaultName } from './judge-index.js';
import { FORMER_LIST_INDEXES } from './list-indexes.js';
import { indexesOf } from './make-index.js';
import { FORMER_VALUE_INDEXES } from './value-indexes.js';

const FORMER_INDEXES = [...FORMER_LIST_INDEXES, ...FORMER_VALUE_INDEXES];

/** Unauthorized; IndexNotFound: another process was first. */
const STAYS: ReadonlySet<unknown> = new Set([13, 27]);

/**
 * Drops the indexes that earlier versions made and no one needs: those under the name that the fleet gave them, and exactly
 * alike. Where it may not, they stay: they only cost. @throws what the driver throws where indexes can't be listed.
 */
export async function dropFormerIndexes(db: Db): Promise<void> {
  const collections = new Set(FORMER_INDEXES.map(({ collection }) => collection));
  const existing = new Map<string, readonly Document[]>();
  for (const collection of collections) existing.set(collection, await indexesOf(db, collection));
  for (const { collection, key, partialFilterExpression } of FORMER_INDEXES) {
    const name = defaultName(key);
    const isOurs = (index: Document) =>
      index.name === name &&
      JSON.stringify(index.key) === JSON.stringify(key) &&
      JSON.stringify(index.partialFilterExpression) === JSON.stringify(partialFilterExpression) &&
      index.unique === undefined &&
      index.expireAfterSeconds === undefined;
    if (!existing.get(collection)?.some(isOurs)) continue;
    await db
      .collection(collection)
      .dropIndex(name)
      .catch((error: unknown) => {
        if (!(error instanceof MongoServerError) || !STAYS.has(error.code)) throw error;
      });
  }
}
