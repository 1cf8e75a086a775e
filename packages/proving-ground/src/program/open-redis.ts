import { connectMongo, type MongoHandle } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { Redis, type RedisOptions } from 'ioredis';

type Options = Omit<RedisOptions, 'replyMapping' | 'protocol'>;

/** For a connection that is given up at once where the server does not answer. */
export const ONE_TRY: Options = { retryStrategy: () => null, maxRetriesPerRequest: 0 };

/** A connection to a server of a run. What is wrong with it shows in the commands that fail. */
export function openRedis(url: string, options: Options = {}): Redis {
  const redis = new Redis(url, options);
  redis.on('error', () => {}); // the commands that fail report it
  return redis;
}

/** A database on a server of a run. @param name what its user calls itself to MongoDB, behind `redis-to-mongo`. */
export function openMongo(uri: string, dbName: string, name: string): MongoHandle {
  return connectMongo({ uri, dbName, tls: NO_TLS }, `redis-to-mongo ${name}`);
}
