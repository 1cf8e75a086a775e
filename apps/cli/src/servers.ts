import type { Config, ConfigPlaces } from '@redis-to-mongo/config';
import type { FleetFacts, FleetIdentity } from '@redis-to-mongo/fleet-status';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { MongoHandle } from '@redis-to-mongo/mongo-sink';
import type { connectRedis, RedisAddress } from '@redis-to-mongo/redis-connection';

export type RedisClient = ReturnType<typeof connectRedis>;
export type Database = MongoHandle['db'];

/**
 * A command's configuration and connections. Each, its driver included, is loaded and opened when it is first asked for,
 * and all are closed at the end.
 */
export class Servers {
  readonly #places: ConfigPlaces;
  readonly #closers: (() => unknown)[] = [];
  #config: Promise<Config> | undefined;
  #redis: Promise<RedisClient> | undefined;
  #db: Promise<Database> | undefined;
  #queue: Promise<JobQueue> | undefined;

  constructor(places: ConfigPlaces) {
    this.#places = places;
  }

  /** @throws ConfigError with all that is wrong. */
  async config(): Promise<Config> {
    this.#config ??= import('@redis-to-mongo/config').then(({ loadConfig }) => loadConfig(this.#places));
    return await this.#config;
  }

  /** The source. */
  async redis(): Promise<RedisClient> {
    this.#redis ??= this.config().then(({ redis }) => this.connect(redis));
    return await this.#redis;
  }

  async db(): Promise<Database> {
    this.#db ??= this.config().then(async ({ mongo }) => {
      const { connectMongo } = await import('@redis-to-mongo/mongo-sink');
      const handle = connectMongo(mongo, 'redis-to-mongo command');
      this.#closers.push(() => handle.close());
      return handle.db;
    });
    return await this.#db;
  }

  async queue(): Promise<JobQueue> {
    this.#queue ??= this.config().then(async (config) => {
      const { JobQueue } = await import('@redis-to-mongo/job-queue');
      const queue = new JobQueue(config.queue, () => {});
      this.#closers.push(() => queue.close());
      return queue;
    });
    return await this.#queue;
  }

  /** What the verdict on the mirror rests on; does not throw for a server that can't be asked. */
  async facts(): Promise<FleetFacts> {
    const { readFacts } = await import('@redis-to-mongo/fleet-status');
    const [queue, db, source] = [await this.queue(), await this.db(), await this.redis()];
    return await readFacts({ queue, db, source, identity: await this.identity() });
  }

  /** Which fleet this configuration is of. */
  async identity(): Promise<FleetIdentity> {
    const { FleetIdentity } = await import('@redis-to-mongo/fleet-status');
    const { redis: address } = await this.config();
    const [queue, db, source] = [await this.queue(), await this.db(), await this.redis()];
    return new FleetIdentity({ queue, db, source, address });
  }

  /** A connection of its own. What is wrong with it shows in the commands that fail by it. */
  async connect(address: RedisAddress): Promise<RedisClient> {
    const { connectRedis } = await import('@redis-to-mongo/redis-connection');
    const redis = connectRedis(address, () => {}, { enableAutoPipelining: true });
    this.#closers.push(() => redis.disconnect());
    return redis;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}
