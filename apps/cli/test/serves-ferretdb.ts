import { MongoClient } from 'mongodb';
import { inject } from 'vitest';

/** Whether the tests' MongoDB is FerretDB, which has neither views nor mongod's plans. */
export async function servesFerretDb(): Promise<boolean> {
  const client = new MongoClient(inject('mongoUri'), { serverSelectionTimeoutMS: 30_000 });
  try {
    return 'ferretdb' in (await client.db('admin').command({ buildInfo: 1 }));
  } finally {
    await client.close();
  }
}
