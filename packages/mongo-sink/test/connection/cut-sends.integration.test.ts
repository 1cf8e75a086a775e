import { startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { testMongoUri, until } from '@redis-to-mongo/test-kit';
import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteByIds } from '../../src/commands/by-ids.js';
import { insertRecords } from '../../src/commands/write-records.js';
import { failCutSends } from '../../src/connection/driver-parts.js';
import { mongoError } from '../../src/errors/mongo-error.js';
// Mends the driver, as it does in the apps.
import '../../src/connection/connect-mongo.js';

let way: TcpProxy;
let client: MongoClient;
beforeAll(async () => {
  const uri = new URL(testMongoUri());
  way = await startTcpProxy(Number(uri.port));
  uri.port = String(way.port);
  uri.searchParams.set('directConnection', 'true');
  const limits = { socketTimeoutMS: 3_000, connectTimeoutMS: 1_000, serverSelectionTimeoutMS: 2_000 };
  client = new MongoClient(uri.href, limits);
});
afterAll(async () => {
  way.set('pass');
  await client.close();
  await way.close();
});

/** More than the buffers of the way take. */
const LARGE = 12_000_000;
const text = 'x'.repeat(LARGE);

const operations: Record<string, (db: Db) => Promise<unknown>> = {
  'a command to insert': (db) => insertRecords(db, 'messages', [{ _id: 'inserted', text }]),
  'one document updated': (db) =>
    db
      .collection('values')
      .findOneAndUpdate({ n: 1 }, { $set: { text } }, { upsert: true, returnDocument: 'after' }),
  'one document replaced': (db) => db.collection('values').replaceOne({ n: 2 }, { text }, { upsert: true }),
  'many documents found': (db) =>
    db
      .collection<{ _id: string }>('values')
      .find({ _id: { $in: [text] } })
      .toArray(),
  'many documents removed': (db) =>
    db.collection<{ _id: string }>('values').deleteMany({ _id: { $in: [text] } }),
  'a bulk of writes': (db) => deleteByIds(db.collection('values'), [text]),
};

describe('what is still being sent when its connection ends fails, and can be tried again', () => {
  it.each(Object.entries(operations))('%s', async (_, operation) => {
    const db = client.db(`test_cut_sends_${Date.now()}`);
    await db.command({ ping: 1 });
    way.set('hang'); // takes what the buffers hold, and no more
    const failed = await operation(db).then(
      () => undefined,
      (error: unknown) => mongoError(error),
    );
    way.set('pass');
    expect(failed).toMatchObject({ code: 'MONGO_UNAVAILABLE', errorClass: 'transient' });
    // The driver's monitor may find the server gone once more meanwhile.
    await until(async () => void (await operation(db)));
    await db.dropDatabase();
  });

  it('the driver is built as expected', async () => {
    expect(await failCutSends()).toBe(true);
  });
});
