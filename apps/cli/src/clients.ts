import type { Config, ConfigSources } from '@redis-to-mongo/config';
import type { FleetFacts, FleetIdentity } from '@redis-to-mongo/fleet-status';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { MongoHandle } from '@redis-to-mongo/mongo-sink';
import { Closers } from '@redis-to-mongo/pipeline';
import type { connectRedis, RedisAddress, RedisRole } from '@redis-to-mongo/redis-connection';

export type RedisClient = ReturnType<typeof connectRedis>;
export type Database = MongoHandle['db'];

/** The time limit for connecting to a Redis server, in ms. Commands that wait for it fail then. */
const CONNECT_MS = 10_000;
/** A server that has not answered after this time, in ms, is reported as awaited: it takes several times as long to give up. */
const SILENT_MS = 3_000;
const REDIS_NAMES: Readonly<Record<RedisRole, string>> = {
  source: 'the source Redis',
  queue: 'the queue’s Redis',
  to: 'the Redis of --to',
};
/** The time limit for closing a connection, in ms. After it, the end of the process closes it. */
const CLOSE_MS = 1_000;

/**
 * A command's configuration and connections. Each one, and its driver, is loaded on first use. All are closed at the end.
 * A connection that abandoned work opens later is closed at once.
 */
export class Clients {
  /** The command's result is already printed. A connection that fails to close, or closes late, does not change the result. */
  readonly #closers = new Closers({ debug: () => {}, warn: () => {} });
  #config: Promise<Config> | undefined;
  #redis: Promise<RedisClient> | undefined;
  #db: Promise<Database> | undefined;
  #queue: Promise<JobQueue> | undefined;
  #queueTrouble: Error | undefined;

  /** @param onWait called if a server that a command needs does not answer at once, with its name. */
  constructor(
    private readonly places: ConfigSources,
    private readonly onWait: (server: string) => void,
  ) {}

  /** @throws ConfigError with all mistakes. */
  async config(): Promise<Config> {
    this.#config ??= import('@redis-to-mongo/config').then(({ loadConfig }) => loadConfig(this.places));
    return await this.#config;
  }

  /** The source. */
  async redis(): Promise<RedisClient> {
    this.#redis ??= this.config().then(({ redis }) => this.connect(redis, 'source'));
    return await this.#redis;
  }

  /** The target's database. The driver connects when it is first used. */
  async db(): Promise<Database> {
    this.#db ??= this.config().then(async ({ mongo }) => {
      const { connectMongo } = await import('@redis-to-mongo/mongo-sink');
      const handle = connectMongo(mongo, 'redis-to-mongo command');
      this.#closers.add('a connection', () => handle.close());
      const { client } = handle.db;
      // The driver connects when it is first used.
      client.once('topologyOpening', () => {
        const answers = this.#await('MongoDB');
        client.once('open', answers);
      });
      return handle.db;
    });
    return await this.#db;
  }

  /**
   * The queue, once it accepts a write. BullMQ alone would wait forever for an unreachable server.
   * @throws SyncError as redisError.
   */
  async queue(): Promise<JobQueue> {
    const queue = await this.#openQueue();
    const { redisError } = await import('@redis-to-mongo/redis-connection');
    const { inTime } = await import('@redis-to-mongo/pipeline');
    const late = () => redisError(this.#queueTrouble ?? new Error('Command timed out'), 'queue');
    await inTime(queue.ping(), CONNECT_MS, late);
    return queue;
  }

  /** The facts behind the verdict on the mirror. Does not throw if a server does not answer. */
  async facts(): Promise<FleetFacts> {
    const { readFacts } = await import('@redis-to-mongo/fleet-status');
    const [queue, db, source] = [await this.#openQueue(), await this.db(), await this.redis()];
    return await readFacts({ queue, db, source, identity: await this.identity() });
  }

  /** The fleet that this configuration belongs to. */
  async identity(): Promise<FleetIdentity> {
    const { FleetIdentity } = await import('@redis-to-mongo/fleet-status');
    const { redis: address } = await this.config();
    const [queue, db, source] = [await this.#openQueue(), await this.db(), await this.redis()];
    return new FleetIdentity({ queue, db, source, address });
  }

  /**
   * Opens a separate connection. Its errors appear in the commands that fail.
   * @param role selects the options that errors name.
   */
  async connect(address: RedisAddress, role: RedisRole): Promise<RedisClient> {
    const { connectRedis } = await import('@redis-to-mongo/redis-connection');
    const redis = connectRedis(address, () => {}, { enableAutoPipelining: true, purpose: role });
    // ioredis would retry a cluster or Sentinels forever.
    const timer = setTimeout(() => redis.disconnect(), CONNECT_MS);
    redis.once('ready', () => clearTimeout(timer));
    redis.once('ready', this.#await(REDIS_NAMES[role]));
    this.#closers.add('a connection', () => {
      clearTimeout(timer);
      redis.disconnect();
    });
    return redis;
  }

  /** Closes what was opened; a command calls it once, at its end. */
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
      const answers = this.#await(REDIS_NAMES.queue);
      queue.forBoard().waitUntilReady().then(answers, answers);
      return queue;
    });
    return await this.#queue;
  }

  /** Reports a server if it has not answered after a while. @returns what is called once it answers. */
  #await(server: string): () => void {
    const timer = setTimeout(this.onWait, SILENT_MS, server);
    this.#closers.add('a timer', () => clearTimeout(timer));
    return () => clearTimeout(timer);
  }
}
