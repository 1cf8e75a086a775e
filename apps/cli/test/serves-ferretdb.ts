import { testMongoUri } from '@redis-to-mongo/test-kit';
import { MongoClient } from 'mongodb';

/** Whether the tests' MongoDB is FerretDB, which has neither views nor mongod's plans. */
export async function servesFerretDb(): Promise<boolean> {
  const client = new MongoClient(testMongoUri(), { serverSelectionTimeoutMS: 30_000 });
  try {
    return 'ferretdb' in (await client.db('admin').command({ buildInfo: 1 }));
  } finally {
    await client.close();
  }
}
