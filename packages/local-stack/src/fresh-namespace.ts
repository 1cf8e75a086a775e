import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { type RedisOptions, type RedisServer, startRedis } from './redis-server.js';

/** Servers and names that only one test file uses. */
export interface FreshNamespace {
  /** A separate Redis process: the fleet scans whole databases, and tests kill and restart it. */
  readonly redis: RedisServer;
  readonly mongoUri: string;
  /** A new database name. */
  readonly mongoDbName: string;
  /** Stops the Redis. Drops the database if its server outlives the tests. */
  close(): Promise<void>;
}

/**
 * Starts an empty Redis, and chooses an unused database name in the MongoDB at `mongoUri`.
 *
 * @throws LocalStackError as startRedis
 */
export async function freshNamespace(options: {
  mongoUri: string;
  redis?: RedisOptions;
  /** Whether the MongoDB outlives the tests; default: whether `LOCAL_STACK_MONGO_URI` is set. */
  isMongoGiven?: boolean;
}): Promise<FreshNamespace> {
  const { mongoUri } = options;
  const redis = await startRedis(options.redis ?? {});
  const mongoDbName = `test_${randomUUID().replaceAll('-', '')}`;
  return {
    redis,
    mongoUri,
    mongoDbName,
    close: async () => {
      await redis.stop();
      // The stack's own server is removed with its data. Dropping a large database
      // first would only take time.
      if (options.isMongoGiven ?? Boolean(process.env.LOCAL_STACK_MONGO_URI))
        await dropDatabase(mongoUri, mongoDbName);
    },
  };
}

async function dropDatabase(uri: string, name: string): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    await client.db(name).dropDatabase();
  } finally {
    await client.close();
  }
}
