import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { type RedisOptions, type RedisServer, startRedis } from './redis-server.js';

/** What one test file works in, unseen by every other one. */
export interface FreshNamespace {
  /** A Redis process of its own: the fleet scans whole databases, and tests kill and restart it. */
  readonly redis: RedisServer;
  readonly mongoUri: string;
  /** A database name that nobody used before. */
  readonly mongoDbName: string;
  /** Stops the Redis, and drops the database where it would outlive the tests: on a server that was given. */
  close(): Promise<void>;
}

/**
 * An empty Redis and an unused database name in the MongoDB at `mongoUri`.
 *
 * @throws LocalStackError as startRedis
 */
export async function freshNamespace(options: {
  mongoUri: string;
  redis?: RedisOptions;
  /** The MongoDB outlives the tests; default: whether `LOCAL_STACK_MONGO_URI` names one. */
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
      // A server of the stack's own goes with its data; dropping a large database there only takes time.
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
