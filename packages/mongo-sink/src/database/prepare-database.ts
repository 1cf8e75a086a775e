import { forEachAtOnce, groupBy, type RuleSpec, SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { unlessRefused } from '../errors/refused-by.js';
import { INDEXES } from '../indexes/indexes.js';
import { defaultName } from '../indexes/judge-index.js';
import { FORMER_LIST_INDEXES } from '../indexes/list-indexes.js';
import { indexesOf, makeIndexes } from '../indexes/make-index.js';
import { ruleIndexes } from '../indexes/rule-indexes.js';
import { FORMER_VALUE_INDEXES } from '../indexes/value-indexes.js';
import { makeStreamsView } from './streams-view.js';
import { COLLECTION_UNUSABLE, unusableCollections } from './unusable-collections.js';

/** A mongod builds three indexes at a time. */
const COLLECTIONS_AT_ONCE = 3;

/**
 * Creates the missing indexes, and the view of streams if a rule asks for it. Reads the server's limits.
 * @param rules whose collections need indexes too.
 * @returns the largest document the server takes, in bytes (16 MiB if the server does not say).
 * @throws SyncError COLLECTION_UNUSABLE, see unusableCollections; else as makeIndexes and makeStreamsView.
 */
export async function prepareDatabase(db: Db, rules: readonly RuleSpec[] = []) {
  return await connected(db, async () => {
    const hello = await db.command({ hello: 1 });
    for (const { problem, remedy } of await unusableCollections(db, rules))
      throw new SyncError(COLLECTION_UNUSABLE, 'configuration', `MongoDB: ${problem}: ${remedy}`);
    const indexes = [...INDEXES, ...ruleIndexes(rules)];
    const ofCollections = groupBy(indexes, ({ collection }) => collection);
    await forEachAtOnce(ofCollections, COLLECTIONS_AT_ONCE, ([collection, its]) =>
      makeIndexes(db, collection, its),
    );
    await dropFormerIndexes(db);
    await makeStreamsView(db, rules);
    return { maxDocumentBytes: Number(hello.maxBsonObjectSize ?? 16 * 1024 * 1024) };
  });
}

const FORMER_INDEXES = [...FORMER_LIST_INDEXES, ...FORMER_VALUE_INDEXES];

/** Codes to ignore: 13 Unauthorized; 27 IndexNotFound (another process dropped the index first). */
const STAYS = [13, 27];

/**
 * Drops obsolete indexes of earlier versions: those with the fleet's default name and exactly the same
 * definition. If the user may not drop them, they stay: they only cost resources.
 * @throws what the driver throws if it cannot list the indexes.
 */
async function dropFormerIndexes(db: Db): Promise<void> {
  const collections = new Set(FORMER_INDEXES.map(({ collection }) => collection));
  const existing = new Map<string, readonly Document[]>();
  await forEachAtOnce(collections, COLLECTIONS_AT_ONCE, async (collection) => {
    existing.set(collection, await indexesOf(db, collection));
  });
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
      .catch(unlessRefused(...STAYS));
  }
}
