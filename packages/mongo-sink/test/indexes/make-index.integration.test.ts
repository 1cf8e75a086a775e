import { testMongoUri } from '@redis-to-mongo/test-kit';
import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inspectIndexes } from '../../src/connection/inspect-mongo.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { INDEXES } from '../../src/indexes/indexes.js';
import { makeIndex } from '../../src/indexes/make-index.js';

let client: MongoClient;
let db: Db;
let tests = 0;
beforeAll(() => {
  client = new MongoClient(testMongoUri());
});
beforeEach(() => {
  db = client.db(`test_make_index_${process.pid}_${tests++}`);
  return () => db.dropDatabase();
});
afterAll(() => client.close());

const LAG = { collection: 'keys', key: { lag: 1 }, partialFilterExpression: { lag: { $gt: 0 } } } as const;
const namesOf = async (collection: string) =>
  (await db.collection(collection).indexes()).map(({ name }) => name);

it('makes all of them, and makes them again', async () => {
  await prepareDatabase(db);
  await prepareDatabase(db);
  expect(await namesOf('keys')).toHaveLength(
    1 + INDEXES.filter(({ collection }) => collection === 'keys').length,
  );
});

it('asks once for all indexes of a collection', async () => {
  const watched = new MongoClient(testMongoUri(), { monitorCommands: true });
  const asked: unknown[] = [];
  watched.on('commandStarted', ({ commandName, command }) => {
    if (commandName === 'createIndexes') asked.push(command.createIndexes);
  });
  await prepareDatabase(watched.db(db.databaseName)).finally(() => watched.close());
  expect(asked.sort()).toEqual([...new Set(INDEXES.map(({ collection }) => collection))].sort());
});

it('makes all others of a collection beside one that another index stands for', async () => {
  await db.collection('keys').createIndex({ type: 1 }, { name: 'gaps.at_1' });
  await prepareDatabase(db);
  expect(await namesOf('keys')).toHaveLength(
    2 + INDEXES.filter(({ collection }) => collection === 'keys').length,
  );
});

it('drops those of earlier versions that nobody asks for, and leaves those of the user', async () => {
  await db.collection('keys').createIndex({ stream: 1, type: 1 });
  await db.collection('hashes').createIndex({ stream: 1, type: 1 });
  await db.collection('lists').createIndex({ stream: 1, type: 1 }, { name: 'mine' });
  await prepareDatabase(db);
  expect(await namesOf('keys')).not.toContain('stream_1_type_1');
  expect(await namesOf('hashes')).toEqual(['_id_', 'removeAt_1']);
  expect(await namesOf('lists')).toEqual(['_id_', 'mine', 'removeAt_1']);
  expect((await namesOf('sets')).sort()).toEqual(['_id_', 'removeAt_1', 'stream_1_type_1']);
});

it('is content with the one of all documents that removes values at their time', async () => {
  await db.collection('hashes').createIndex({ removeAt: 1 }, { expireAfterSeconds: 0 });
  await prepareDatabase(db);
  expect(await namesOf('hashes')).toEqual(['_id_', 'removeAt_1']);
});

it('takes another name where its own is taken by an index of other fields', async () => {
  await db.collection('keys').createIndex({ type: 1 }, { name: 'lag_1' });
  await makeIndex(db, LAG);
  await makeIndex(db, LAG);
  expect(await namesOf('keys')).toEqual(['_id_', 'lag_1', 'redis_to_mongo_lag_1']);
});

it('is content with one of all documents', async () => {
  await db.collection('keys').createIndex({ lag: 1 });
  await makeIndex(db, LAG);
  expect(await namesOf('keys')).toEqual(['_id_', 'lag_1']);
});

describe('a collection of the fleet', () => {
  it.each([
    ['a view', { viewOn: 'others', pipeline: [] }],
    ['a capped collection', { capped: true, size: 4096 }],
    ['a time-series collection', { timeseries: { timeField: 'at' } }],
    ['a collection with a collation', { collation: { locale: 'en', strength: 2 } }],
  ])('must not be %s', async (kind, options) => {
    await db.createCollection('stream_messages', options);
    const problem = `stream_messages is ${kind}, but the fleet needs an ordinary collection of that name`;
    await expect(prepareDatabase(db)).rejects.toMatchObject({
      code: 'COLLECTION_UNUSABLE',
      errorClass: 'configuration',
      message: expect.stringContaining(problem),
    });
    expect(await inspectIndexes(db)).toMatchObject({ problems: [{ problem }] });
    await db.dropCollection('stream_messages');
    await prepareDatabase(db);
  });
});

it('a collection of the fleet must not be sharded by something else than its _id', async () => {
  await prepareDatabase(db);
  // What a router of a sharded cluster shows. No server for tests is one.
  const sharded = client.db('config').collection<{ _id: string }>('collections');
  const entry = (name: string, key: object) => ({ _id: `${db.databaseName}.${name}`, key });
  const entries = [entry('hashes', { stream: 1 }), entry('sets', { _id: 'hashed' })];
  const hello = async (command: object) => ({
    ...(await db.command(command)),
    ...('hello' in command ? { msg: 'isdbgrid' } : {}),
  });
  const router: Db = Object.create(db, { command: { value: hello } });
  try {
    await sharded.insertMany(entries);
    const problem = expect.stringContaining('hashes is sharded by stream, not by _id');
    const unusable = { code: 'COLLECTION_UNUSABLE', errorClass: 'configuration', message: problem };
    await expect(prepareDatabase(router)).rejects.toMatchObject(unusable);
    expect(await inspectIndexes(router)).toMatchObject({ problems: [{ problem }] });
    await prepareDatabase(db);
  } finally {
    await sharded.deleteMany({ _id: { $in: entries.map(({ _id }) => _id) } });
  }
  await prepareDatabase(router);
});

it('names a unique one in its way, its collection, and the remedy', async () => {
  await db.collection('keys').createIndex({ lag: -1, _id: 1 }, { unique: true });
  await expect(prepareDatabase(db)).rejects.toMatchObject({
    code: 'INDEX_CONFLICT',
    errorClass: 'configuration',
    message: expect.stringMatching(
      /index lag_-1__id_1 \{"lag":-1,"_id":1\} of the collection keys is unique.*drop it/,
    ),
  });
});

/** The stand-in for mongod knows partial indexes: this is how servers answer that don't. */
const without = (code: number, only: (options: object) => boolean) =>
  ({
    collection: (name: string) => ({
      createIndex: (key: Record<string, 1>, options: object) =>
        only(options)
          ? Promise.reject(new MongoServerError({ code, errmsg: 'not supported: { value: "secret" }' }))
          : db.collection(name).createIndex(key, options),
    }),
  }) as unknown as Db;

it.each([2, 67, 72, 115, 197, 238])(
  'a server without partial indexes (code %i) gets one of all documents',
  async (code) => {
    await makeIndex(
      without(code, (options) => 'partialFilterExpression' in options),
      LAG,
    );
    expect(await db.collection('keys').indexes()).toMatchObject([{}, { name: 'lag_1', key: { lag: 1 } }]);
  },
);

it('names the index that a server refuses for any other reason', async () => {
  await expect(
    makeIndex(
      without(67, () => true),
      LAG,
    ),
  ).rejects.toMatchObject({
    code: 'INDEX_REFUSED',
    message: expect.stringMatching(/index lag_1 \{"lag":1\} of the collection keys: 67/),
    cause: undefined,
  });
});

it('takes away what earlier versions made in the place of others, and nothing of yours', async () => {
  await db.collection('keys').createIndex({ lag: 1 }, { partialFilterExpression: { lag: { $gt: 0 } } });
  await db.collection('keys').createIndex({ keyType: 1, status: 1 });
  await db.collection('keys').createIndex({ pausedAt: 1 });
  await db.collection('keys').createIndex({ 'lastError.at': 1 }, { name: 'mine' });
  await prepareDatabase(db);
  const names = await namesOf('keys');
  expect(names).toEqual(expect.arrayContaining(['pausedAt_1', 'mine']));
  expect(names).not.toContain('lag_1');
  expect(names).not.toContain('keyType_1_status_1');
});
