import type { Config, ConfigSources } from '@redis-to-mongo/config';
import type { FleetFacts, FleetIdentity } from '@redis-to-mongo/fleet-status';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { MongoHandle } from '@redis-to-mongo/mongo-sink';
import { Closers } from '@redis-to-mongo/pipeline';
import type { connectRedis, RedisAddress, RedisRole } from '@redis-to-mongo/redis-connection';

export type RedisClient = ReturnType<typeof connectRedis>;
export type Database = MongoHandle['db'];

/** A Redis that can't be reached within this is given up, whatever waits for it, in ms. */
const CONNECT_MS = 10_000;
/** What does not close within this is left to the end of the process, in ms. */
const CLOSE_MS = 1_000;

/**
 * A command's configuration and connections. Each, its driver included, is loaded and opened when it is first asked for,
 * and all are closed at the end; what is opened after that, by work that nobody waits for any more, is closed at once.
 */
export class Clients {
  readonly #places: ConfigSources;
  /** How a command ended is said already: what fails to close, or is late, changes nothing about it. */
  readonly #closers = new Closers({ debug: () => {}, warn: () => {} });
  #config: Promise<Config> | undefined;
  #redis: Promise<RedisClient> | undefined;
  #db: Promise<Database> | undefined;
  #queue: Promise<JobQueue> | undefined;
  #queueTrouble: Error | undefined;

  constructor(places: ConfigSources) {
    this.#places = places;
  }

  /** @throws ConfigError with all that is wrong. */
  async config(): Promise<Config> {
    this.#config ??= import('@redis-to-mongo/config').then(({ loadConfig }) => loadConfig(this.#places));
    return await this.#config;
  }

  /** The source. */
  async redis(): Promise<RedisClient> {
    this.#redis ??= this.config().then(({ redis }) => this.connect(redis, 'source'));
    return await this.#redis;
  }

  async db(): Promise<Database> {
    this.#db ??= this.config().then(async ({ mongo }) => {
      const { connectMongo } = await import('@redis-to-mongo/mongo-sink');
      const handle = connectMongo(mongo, 'redis-to-mongo command');
      this.#closers.add('a connection', () => handle.close());
      return handle.db;
    });
    return await this.#db;
  }

  /**
   * The queue, once it takes a write: BullMQ waits for a server that is away without an end.
   * @throws SyncError as redisError tells.
   */
  async queue(): Promise<JobQueue> {
    const queue = await this.#openQueue();
    const { redisError } = await import('@redis-to-mongo/redis-connection');
    const { inTime } = await import('@redis-to-mongo/pipeline');
    const late = () => redisError(this.#queueTrouble ?? new Error('Command timed out'), 'queue');
    await inTime(queue.ping(), CONNECT_MS, late);
    return queue;
  }

  /** What the verdict on the mirror rests on; does not throw for a server that can't be asked. */
  async facts(): Promise<FleetFacts> {
    const { readFacts } = await import('@redis-to-mongo/fleet-status');
    const [queue, db, source] = [await this.#openQueue(), await this.db(), await this.redis()];
    return await readFacts({ queue, db, source, identity: await this.identity() });
  }

  /** Which fleet this configuration is of. */
  async identity(): Promise<FleetIdentity> {
    const { FleetIdentity } = await import('@redis-to-mongo/fleet-status');
    const { redis: address } = await this.config();
    const [queue, db, source] = [await this.#openQueue(), await this.db(), await this.redis()];
    return new FleetIdentity({ queue, db, source, address });
  }

  /**
   * A connection of its own. What is wrong with it shows in the commands that fail by it.
   * @param role whose options errors name.
   */
  async connect(address: RedisAddress, role: RedisRole): Promise<RedisClient> {
    const { connectRedis } = await import('@redis-to-mongo/redis-connection');
    const redis = connectRedis(address, () => {}, { enableAutoPipelining: true, purpose: role });
    // A cluster, and Sentinels, would be tried without an end.
    const timer = setTimeout(() => redis.disconnect(), CONNECT_MS);
    redis.once('ready', () => clearTimeout(timer));
    this.#closers.add('a connection', () => {
      clearTimeout(timer);
      redis.disconnect();
    });
    return redis;
  }

  async close(): Promise<void> {
    this.#closers.hurry(CLOSE_MS);
    await this.#closers.closeAll(Number.POSITIVE_INFINITY);
  }

  async #openQueue(): Promise<JobQueue> {
    this.#queue ??= this.config().then(async (config) => {
      const { JobQueue } = await import('@redis-to-mongo/job-queue');
      const queue = new JobQueue(config.queue, (error) => {
        this.#queueTrouble = error;
      });
      this.#closers.add('a connection', () => queue.close());
      return queue;
    });
    return await this.#queue;
  }
}
