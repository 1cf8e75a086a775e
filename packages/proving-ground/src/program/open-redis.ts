import { connectMongo, type MongoHandle } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { Redis, type RedisOptions } from 'ioredis';

type Options = Omit<RedisOptions, 'replyMapping' | 'protocol'>;

/** For a connection that does not retry if the server does not answer. */
export const ONE_TRY: Options = { retryStrategy: () => null, maxRetriesPerRequest: 0 };

/** Opens a connection to a server of a run. Connection errors show only in the commands that fail. */
export function openRedis(url: string, options: Options = {}): Redis {
  const redis = new Redis(url, options);
  redis.on('error', () => {}); // failing commands report it
  return redis;
}

/**
 * Opens a database on a server of a run.
 * @param name the client's application name, after `redis-to-mongo`.
 */
export function openMongo(uri: string, dbName: string, name: string): MongoHandle {
  return connectMongo({ uri, dbName, tls: NO_TLS }, `redis-to-mongo ${name}`);
}
