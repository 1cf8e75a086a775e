import { join } from 'node:path';
import { type MongoServer, startMongo } from './mongo-server.js';
import { type RedisServer, startRedis } from './redis-server.js';

export interface LocalStackOptions {
  /** A directory for the data, kept at stop; default: a temporary directory, removed at stop. */
  readonly dataDir?: string | undefined;
  /** A running Redis to use; default: LOCAL_STACK_REDIS_URL, else one is started. */
  readonly redisUrl?: string;
  /** A running MongoDB to use; default: LOCAL_STACK_MONGO_URI, else one is started. */
  readonly mongoUri?: string;
  /** Called with progress lines about what is chosen and installed. */
  readonly onProgress?: (line: string) => void;
}

export interface LocalStack {
  readonly redis: RedisServer;
  readonly mongo: MongoServer;
  /** Two lines with the servers and their ports; no passwords. */
  describe(): string;
  /** Stops both servers, and removes their data unless `dataDir` was given. */
  stop(): Promise<void>;
}

/**
 * Starts a Redis and a MongoDB-compatible server on free ports of 127.0.0.1. Resolves when both answer. They
 * end with this process, even if it is killed. Several stacks may run at the same time.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_REDIS`, `LOCAL_STACK_NO_MONGO`, `LOCAL_STACK_NO_ANSWER`
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const { dataDir, onProgress = () => {} } = options;
  const redisUrl = options.redisUrl ?? (process.env.LOCAL_STACK_REDIS_URL || undefined);
  const mongoUri = options.mongoUri ?? (process.env.LOCAL_STACK_MONGO_URI || undefined);
  const inDir = (name: string) => (dataDir === undefined ? undefined : join(dataDir, name));
  const redis = await startRedis({ url: redisUrl, dataDir: inDir('redis'), onProgress });
  try {
    const mongo = await startMongo({ uri: mongoUri, dataDir: inDir('mongo'), onProgress });
    return {
      redis,
      mongo,
      describe: () =>
        `Redis:   ${redis.kind}, port ${redis.port}\nMongoDB: ${mongo.kind}, port ${mongo.port}`,
      stop: async () => {
        await Promise.all([redis.stop(), mongo.stop()]);
      },
    };
  } catch (error) {
    await redis.stop();
    throw error;
  }
}
