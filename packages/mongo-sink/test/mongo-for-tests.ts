import { randomUUID } from 'node:crypto';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll } from 'vitest';
import { connectMongo, type MongoHandle } from '../src/connection/connect-mongo.js';
import { prepareDatabase } from '../src/database/prepare-database.js';

/**
 * A prepared database of the test file's own, in the one MongoDB of all files.
 * @param fill run once it is there.
 */
export function mongoForTests(
  fill: (db: MongoHandle['db']) => Promise<unknown> = async () => {},
): MongoHandle {
  const mongo = {} as MongoHandle;
  beforeAll(async () => {
    const dbName = `test_${randomUUID().replaceAll('-', '')}`;
    Object.assign(mongo, connectMongo({ uri: testMongoUri(), dbName, tls: NO_TLS }, 'test'));
    await prepareDatabase(mongo.db);
    await fill(mongo.db);
  });
  afterAll(async () => {
    // A server of the stack's own goes with its data.
    if (process.env.LOCAL_STACK_MONGO_URI) await mongo.db.dropDatabase();
    await mongo.close();
  });
  return mongo;
}
