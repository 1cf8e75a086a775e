import { defined, SyncError } from '@redis-to-mongo/pipeline';
import { type Db, type Document, MongoServerError } from 'mongodb';
import { mongoError } from '../errors/mongo-error.js';
import { unlessRefused } from '../errors/refused-by.js';
import { defaultName, judgeIndex, named } from './judge-index.js';
import type { Index } from './value-indexes.js';

/** IndexAlreadyExists, IndexOptionsConflict, IndexKeySpecsConflict: another index is in the way. */
const CONFLICTS: ReadonlySet<unknown> = new Set([68, 85, 86]);
/** Error codes of servers that do not support partial indexes. */
const NOT_SUPPORTED: ReadonlySet<unknown> = new Set([2, 9, 59, 67, 72, 115, 197, 238]);
/** NamespaceNotFound: the collection does not exist yet. */
const NO_NAMESPACE = 26;
/** Prefix of an index's name if the usual name is taken. */
const OWN = 'redis_to_mongo_';

/**
 * Creates the indexes of a collection with one command. If the server refuses it, creates them one by one;
 * see makeIndex.
 * @throws SyncError as makeIndex.
 */
export async function makeIndexes(db: Db, collection: string, indexes: readonly Index[]): Promise<void> {
  try {
    await db.collection(collection).createIndexes(indexes.map(({ collection: _, ...index }) => index));
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw mongoError(error);
    for (const index of indexes) await makeIndex(db, index);
  }
}

/**
 * Creates an index if no other index serves its purpose: under another name if its own is taken, and of all
 * documents if the server does not support partial indexes.
 * @throws SyncError INDEX_CONFLICT, INDEX_REFUSED: the message names collection, index and remedy. Else as mongoError.
 */
export async function makeIndex(db: Db, index: Index): Promise<void> {
  try {
    await create(db, index, undefined);
  } catch (error) {
    const code = error instanceof MongoServerError ? error.code : undefined;
    if (CONFLICTS.has(code)) return await makeBeside(db, index);
    if (index.partialFilterExpression && NOT_SUPPORTED.has(code)) {
      const { partialFilterExpression: _, ...whole } = index;
      return await makeIndex(db, whole);
    }
    throw refused(index, error);
  }
}

async function makeBeside(db: Db, index: Index): Promise<void> {
  const verdict = judgeIndex(index, await indexesOf(db, index.collection));
  if (verdict === 'there') return;
  if (typeof verdict === 'object')
    throw new SyncError('INDEX_CONFLICT', 'configuration', `MongoDB: ${verdict.problem}: ${verdict.remedy}`);
  try {
    await create(db, index, OWN + defaultName(index.key));
  } catch (error) {
    throw refused(index, error);
  }
}

async function create(
  db: Db,
  { collection, key, ...options }: Index,
  name: string | undefined,
): Promise<void> {
  await db.collection(collection).createIndex(key, { ...options, ...defined({ name }) });
}

/** The indexes of a collection; none if the collection does not exist. @throws what the driver throws. */
export async function indexesOf(db: Db, collection: string): Promise<Document[]> {
  return (await db.collection(collection).indexes().catch(unlessRefused(NO_NAMESPACE))) ?? [];
}

function refused({ collection, key }: Index, cause: unknown): SyncError {
  const error = mongoError(cause);
  if (error.errorClass !== 'unknown') return error;
  const code =
    cause instanceof MongoServerError ? ` ${cause.code} ${String(cause.codeName ?? '')}`.trimEnd() : '';
  return new SyncError(
    'INDEX_REFUSED',
    'configuration',
    `MongoDB does not create ${named(collection, { name: defaultName(key), key })}:${code}; see that ${collection} is a collection of the fleet alone, or name another database (MONGO_DB_NAME)`,
    { cause: error.cause },
  );
}
