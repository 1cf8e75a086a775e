import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type MongoServer, type RedisServer, startMongo, startRedis } from '@redis-to-mongo/local-stack';
import { type Closers, defined } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { openMongo, openRedis } from '../program/open-redis.js';
import { messageOf, type ProgramContext } from '../program/run-program.js';
import type { BenchOptions, Part } from './bench-options.js';
import type { Figures, PartTime, Row } from './bench-result.js';
import { type BenchSizes, SIZES } from './bench-sizes.js';
import { rowText } from './report/tables.js';
import { meter, pidsOf } from './usage-meter.js';

/** The Redis databases: what is mirrored, what is staged to be shown at once, the queue. */
const SOURCE = 0;
const STAGING = 1;
const QUEUE = 2;

/** A rewrite of the append-only file would fall into someone's measurement. */
const REDIS = { args: ['--auto-aof-rewrite-percentage', '0'] };

export interface BenchContext extends Pick<ProgramContext, 'closing' | 'dir' | 'signal'> {
  readonly say: (line: string) => void;
}

/** Where something is written to. */
export interface MongoTarget extends AsyncDisposable {
  readonly uri: string;
  readonly dbName: string;
  /** undefined if the server was given by its address. */
  readonly pid: number | undefined;
}

/** A MongoDB database that nobody else has, empty at the beginning. */
export interface Target extends MongoTarget {
  readonly db: Db;
  readonly kind: string;
}

/** What was used between the two ends of a measurement. */
type Usage = Figures & Required<Pick<Figures, 'seconds' | 'cpu' | 'peakBytes'>>;

/** What is used in each run of the benchmark: servers, a place for logs, and a line for progress. */
export class BenchEnvironment {
  readonly #options: BenchOptions;
  readonly #closing: Closers;
  #shared: MongoServer | undefined;
  #runs = 0;
  readonly #begin = performance.now();
  #part: Part = 'throughput';
  /** What was measured, how long each part took, and what could not be measured, and why: one line each. */
  readonly rows: Row[] = [];
  readonly times: PartTime[] = [];
  readonly failures: string[] = [];

  private constructor(
    options: BenchOptions,
    closing: Closers,
    readonly redisServer: RedisServer,
    /** The source: what the fleet mirrors. */
    readonly redis: Redis,
    /** What is put here is shown to the fleet in one instant by `show`. */
    readonly staging: Redis,
    readonly dir: string,
    readonly signal: AbortSignal,
    readonly say: (line: string) => void,
  ) {
    this.#options = options;
    this.#closing = closing;
  }

  /** Starts a Redis; what is opened is closed by `closing`. */
  static async open(
    options: BenchOptions,
    { closing, dir, signal, say }: BenchContext,
  ): Promise<BenchEnvironment> {
    const server = await startRedis(REDIS);
    closing.add('server', () => server.stop());
    const connect = (db: number) => {
      const redis = openRedis(server.url, { db });
      closing.add('redis', () => redis.disconnect());
      return redis;
    };
    return new BenchEnvironment(
      options,
      closing,
      server,
      connect(SOURCE),
      connect(STAGING),
      dir,
      signal,
      say,
    );
  }

  get sizes(): BenchSizes {
    return SIZES[this.#options.size];
  }

  /** How often the measurements of the running part are made; becomes 1 when the run is late. */
  get repetitions(): number {
    const { repetitions, fewer, budgetMinutes = Number.POSITIVE_INFINITY } = this.sizes;
    const asked = this.#options.repetitions;
    if (asked !== undefined) return asked;
    const isLate = performance.now() - this.#begin > 60_000 * budgetMinutes;
    return isLate ? 1 : (fewer?.[this.#part] ?? repetitions);
  }

  get queueRedisUrl(): string {
    return `${this.redisServer.url}/${QUEUE}`;
  }

  get stagingUrl(): string {
    return `${this.redisServer.url}/${STAGING}`;
  }

  /** Changes the keys of the staging database and of the source: what was staged is in the source at once. */
  async show(): Promise<void> {
    await this.redis.call('SWAPDB', SOURCE, STAGING);
  }

  /** Empties source, queue and staging. Each measurement begins so. */
  async clear(): Promise<void> {
    await this.clearSource();
    await this.staging.flushdb();
  }

  /** Empties source and queue. */
  async clearSource(): Promise<void> {
    await this.redis.flushdb();
    await this.redis.pipeline().select(QUEUE).flushdb().select(SOURCE).exec();
  }

  /** Runs a part; what fails in it is noted. */
  async run(part: Part, work: () => Promise<void>): Promise<void> {
    this.say(part);
    this.#part = part;
    const begin = performance.now();
    await this.attempt(part, work);
    this.times.push({ part, seconds: (performance.now() - begin) / 1000 });
  }

  /** Makes one measurement of the running part, as attempt does, and notes its figures. */
  async measure(what: Omit<Row, 'part' | 'figures'>, measure: () => Promise<Figures>): Promise<void> {
    const figures = await this.attempt(`${this.#part}, ${what.load}, ${what.who}`, measure);
    if (figures) this.note({ ...what, figures });
  }

  /** Notes what was measured in the running part. */
  note(measured: Omit<Row, 'part'>): void {
    const row = { part: this.#part, ...measured };
    this.rows.push(row);
    this.say(rowText(row));
  }

  /**
   * Does something that may fail: it is reported and noted, and the others continue.
   * @returns undefined when it failed. @throws the signal's reason once the run was stopped.
   */
  async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    this.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      this.signal.throwIfAborted();
      this.say(`  not measured: ${what}: ${messageOf(error)}`);
      const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      this.failures.push(`${what}: ${first}`);
      return undefined;
    }
  }

  /**
   * Begins to measure processes of the system under test, Redis and MongoDB; the function that comes back ends it, and takes the pids of
   * the system's processes that began meanwhile.
   */
  async meter(
    ours: readonly number[],
    target: MongoTarget,
  ): Promise<(begun?: readonly number[]) => Promise<Usage>> {
    const groups = { ours, redis: pidsOf(this.redisServer), mongo: pidsOf(target) };
    const end = await meter(groups);
    return async (begun = []) => {
      const { seconds, of } = await end({ ...groups, ours: [...ours, ...begun] });
      const { cpu, peakBytes } = of('ours');
      const cpuOf = (name: 'redis' | 'mongo') => (groups[name].length > 0 ? of(name).cpu : undefined);
      return { seconds, cpu, redisCpu: cpuOf('redis'), mongoCpu: cpuOf('mongo'), peakBytes };
    };
  }

  /** What a program in processes/ is given of the servers. */
  programServers({ uri, dbName }: MongoTarget, redisUrl = this.redisServer.url) {
    return { redisUrl, mongoUri: uri, dbName };
  }

  /** A directory of its own for the next fleet's logs. */
  async nextDir(): Promise<string> {
    this.#runs++;
    const dir = join(this.dir, `run-${this.#runs}`);
    await mkdir(dir, { recursive: true });
    return dir;
  }

  /** A Redis for a queue of its own. */
  async openQueue(): Promise<Pick<RedisServer, 'url' | 'pid'> & AsyncDisposable> {
    const { url, pid, stop } = await startRedis(REDIS);
    return { url, pid, [Symbol.asyncDispose]: stop };
  }

  /** An empty database: on a server of its own where the sizes ask for it. */
  async openTarget(): Promise<Target> {
    const { mongoUri, mongoBinary } = this.#options;
    const start = () => startMongo(defined({ uri: mongoUri, binary: mongoBinary }));
    const isFresh = this.sizes.freshMongo && mongoUri === undefined;
    let server = this.#shared;
    if (!server) {
      const started = await start();
      server = started;
      if (!isFresh) {
        this.#shared = started;
        this.#closing.add('mongo', () => started.stop());
      }
    }
    const dbName = `bench_${randomBytes(4).toString('hex')}`;
    const mongo = openMongo(server.uri, dbName, 'bench');
    const { uri, kind, pid, stop } = server;
    return {
      uri,
      db: mongo.db,
      dbName,
      pid,
      kind,
      [Symbol.asyncDispose]: async () => {
        if (mongoUri !== undefined) await mongo.db.dropDatabase();
        await mongo.close();
        if (isFresh) await stop();
      },
    };
  }
}
