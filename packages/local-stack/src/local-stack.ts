import { join } from 'node:path';
import { type MongoServer, startMongo } from './mongo-server.js';
import { type RedisServer, startRedis } from './redis-server.js';

export interface LocalStackOptions {
  /** Kept at stop when given; else a directory under the system's temporary one, removed at stop. */
  readonly dataDir?: string;
  /** A running Redis to use; default: the variable LOCAL_STACK_REDIS_URL, else one is started. */
  readonly redisUrl?: string;
  /** A running MongoDB to use; default: the variable LOCAL_STACK_MONGO_URI, else one is started. */
  readonly mongoUri?: string;
  /** Called with what is chosen and installed, a line at a time. */
  readonly onProgress?: (line: string) => void;
}

export interface LocalStack {
  readonly redis: RedisServer;
  readonly mongo: MongoServer;
  /** What runs and where, in two lines; no passwords. */
  describe(): string;
  /** Ends both servers, and removes their data unless the directory was given. */
  stop(): Promise<void>;
}

/**
 * A Redis and a MongoDB-compatible server on free ports of 127.0.0.1, answering when this resolves. They end with
 * this process, whatever ends it. Any number of stacks may run at a time.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_REDIS`, `LOCAL_STACK_NO_MONGO`, `LOCAL_STACK_NO_ANSWER`
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const { dataDir, onProgress = () => {} } = options;
  const redisUrl = options.redisUrl ?? (process.env.LOCAL_STACK_REDIS_URL || undefined);
  const mongoUri = options.mongoUri ?? (process.env.LOCAL_STACK_MONGO_URI || undefined);
  const inDir = (name: string) => (dataDir === undefined ? {} : { dataDir: join(dataDir, name) });
  const redis = await startRedis({
    ...(redisUrl === undefined ? {} : { url: redisUrl }),
    ...{ ...inDir('redis'), onProgress },
  });
  try {
    const mongo = await startMongo({
      ...(mongoUri === undefined ? {} : { uri: mongoUri }),
      ...{ ...inDir('mongo'), onProgress },
    });
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
