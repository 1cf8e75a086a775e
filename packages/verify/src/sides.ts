import type { MongoHandle } from '@redis-to-mongo/mongo-sink';
import type { connectRedis } from '@redis-to-mongo/redis-connection';

export type RedisClient = ReturnType<typeof connectRedis>;
export type Database = MongoHandle['db'];

/** The clients of the two compared sides. The caller opens and closes them. */
export interface Sides {
  readonly redis: RedisClient;
  readonly db: Database;
}
