import type { Config } from '@redis-to-mongo/config';
import { JobQueue } from '@redis-to-mongo/job-queue';
import { connectMongo, type MongoHandle, pingMongo } from '@redis-to-mongo/mongo-sink';
import {
  confirmServer,
  connectRedis,
  redisError,
  ServersReached,
  writeTogether,
} from '@redis-to-mongo/redis-connection';

/** Options for opening the clients of an app. */
export interface OpenClientsOptions {
  /** The app's name in MongoDB's log. */
  readonly appName: string;
  readonly logger: { warn(message: string, fields: Readonly<Record<string, unknown>>): void };
  readonly closers: { add(name: string, close: () => unknown): void };
  readonly telemetry?: ConstructorParameters<typeof JobQueue>[2];
  /** Whether commands sent to the source in one tick are written together. */
  readonly writesTogether?: boolean;
}

/** The clients of an app for source, target and queue. The app's closers close them. */
export interface Clients {
  readonly redis: ReturnType<typeof connectRedis>;
  /** The servers that the connections to the source reached: `redis`, and any connection registered here. */
  readonly reached: ServersReached;
  readonly mongo: MongoHandle;
  readonly queue: JobQueue;
  /** Creates an error handler for a connection; its argument is the connection's name in the log. */
  readonly onError: (connection: string) => (error: Error) => void;
  /** Each check throws while its server cannot be used. */
  readonly checks: readonly { readonly name: string; readonly check: () => Promise<void> }[];
}

/** Opens the clients of an app, with one closer each. Does not wait for the servers. */
export function openClients(
  config: Pick<Config, 'redis' | 'mongo' | 'queue'>,
  { appName, logger, closers, telemetry, writesTogether = false }: OpenClientsOptions,
): Clients {
  const onError = (connection: string) => (error: Error) =>
    logger.warn(`${connection}: connection trouble`, {
      error: redisError(error, connection === 'redis' ? 'source' : 'queue'),
    });
  const reached = new ServersReached();
  const connected = connectRedis(config.redis, onError('redis'), { reached });
  const redis = writesTogether ? writeTogether(connected) : connected;
  closers.add('redis', () => redis.disconnect());
  const mongo = connectMongo(config.mongo, appName);
  closers.add('mongo', () => mongo.close());
  const queue = new JobQueue(config.queue, onError('queue'), telemetry);
  closers.add('queue', () => queue.close());
  const checks = [
    { name: 'redis', check: () => confirmServer(redis) },
    { name: 'mongo', check: () => pingMongo(mongo.db) },
    { name: 'queue', check: () => queue.ping() },
  ];
  return { redis, reached, mongo, queue, onError, checks };
}
