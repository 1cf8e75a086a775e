import { join } from 'node:path';
import { openDataDir } from './data-dir.js';
import { type MongoOptions, type MongoServer, startMongoUnder } from './mongo-server.js';
import { type RedisOptions, type RedisServer, startRedisUnder } from './redis-server.js';
import { openSupervisor } from './supervisor.js';

export interface LocalStackOptions {
  /** Kept at stop when given; else a directory under the system's temporary one, removed at stop. */
  readonly dataDir?: string;
  /** A running Redis to use; default: the variable LOCAL_STACK_REDIS_URL, else one is started. */
  readonly redisUrl?: string;
  /** A running MongoDB to use; default: the variable LOCAL_STACK_MONGO_URI, else one is started. */
  readonly mongoUri?: string;
  /** Further options of the Redis that is started. */
  readonly redis?: Pick<RedisOptions, 'appendfsync' | 'password'>;
  readonly redisArgs?: readonly string[];
  /** Further options of the MongoDB that is started. */
  readonly mongo?: Pick<MongoOptions, 'credentials'>;
  readonly mongoArgs?: readonly string[];
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
  const { onProgress = () => {} } = options;
  const redisUrl = options.redisUrl ?? (process.env.LOCAL_STACK_REDIS_URL || undefined);
  const mongoUri = options.mongoUri ?? (process.env.LOCAL_STACK_MONGO_URI || undefined);
  const supervisor = openSupervisor();
  try {
    const dataDir = await openDataDir(options.dataDir, supervisor);
    const redis = await startRedisUnder(supervisor, {
      ...options.redis,
      ...(redisUrl === undefined ? {} : { url: redisUrl }),
      ...(options.redisArgs === undefined ? {} : { args: options.redisArgs }),
      dataDir: join(dataDir, 'redis'),
      onProgress,
    });
    const mongo = await startMongoUnder(supervisor, {
      ...options.mongo,
      ...(mongoUri === undefined ? {} : { uri: mongoUri }),
      ...(options.mongoArgs === undefined ? {} : { args: options.mongoArgs }),
      dataDir: join(dataDir, 'mongo'),
      onProgress,
    });
    return {
      redis,
      mongo,
      describe: () =>
        `Redis:   ${redis.kind}, port ${redis.port}\nMongoDB: ${mongo.kind}, port ${mongo.port}`,
      stop: async () => {
        await Promise.all([redis.stop(), mongo.stop()]);
        await supervisor.close();
      },
    };
  } catch (error) {
    await supervisor.close();
    throw error;
  }
}
