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

/** Redis databases: the mirrored source, the staged load that `show` swaps in, and the queue. */
const SOURCE = 0;
const STAGING = 1;
const QUEUE = 2;

/** No rewrite of the append-only file: it would disturb a measurement. */
const REDIS = { args: ['--auto-aof-rewrite-percentage', '0'] };

export interface BenchContext extends Pick<ProgramContext, 'closing' | 'dir' | 'signal'> {
  readonly say: (line: string) => void;
}

/** The server and database that a measurement writes to. */
export interface MongoTarget extends AsyncDisposable {
  readonly uri: string;
  readonly dbName: string;
  /** undefined if the server was given by its address. */
  readonly pid: number | undefined;
}

/** A MongoDB database of its own, empty at first. */
export interface Target extends MongoTarget {
  readonly db: Db;
  readonly kind: string;
}

/** Time, CPU and memory that a measurement used. */
type Usage = Figures & Required<Pick<Figures, 'seconds' | 'cpu' | 'peakBytes'>>;

/** Shared by all parts of a run: the servers, a directory for logs, progress output, and the results. */
export class BenchEnvironment {
  #shared: MongoServer | undefined;
  #runs = 0;
  readonly #begin = performance.now();
  #part: Part = 'throughput';
  /** The rows measured so far, the time of each part, and the failed measurements, one line each. */
  readonly rows: Row[] = [];
  readonly times: PartTime[] = [];
  readonly failures: string[] = [];

  private constructor(
    private readonly options: BenchOptions,
    private readonly closing: Closers,
    readonly redisServer: RedisServer,
    /** The source: what the fleet mirrors. */
    readonly redis: Redis,
    /** Keys written here appear in the source all at once, by `show`. */
    readonly staging: Redis,
    readonly dir: string,
    readonly signal: AbortSignal,
    readonly say: (line: string) => void,
  ) {}

  /** Starts a Redis. Closing `closing` closes everything that was opened. */
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
    return SIZES[this.options.size];
  }

  /** Repetitions in the current part: the option, else by size; 1 once `budgetMinutes` have passed. */
  get repetitions(): number {
    const { repetitions, fewer, budgetMinutes = Number.POSITIVE_INFINITY } = this.sizes;
    const asked = this.options.repetitions;
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

  /** Swaps the staging database and the source (SWAPDB), so all staged keys appear in the source at once. */
  async show(): Promise<void> {
    await this.redis.call('SWAPDB', SOURCE, STAGING);
  }

  /** Empties source, queue and staging database. */
  async clear(): Promise<void> {
    await this.clearSource();
    await this.staging.flushdb();
  }

  /** Empties source and queue. */
  async clearSource(): Promise<void> {
    await this.redis.flushdb();
    await this.redis.pipeline().select(QUEUE).flushdb().select(SOURCE).exec();
  }

  /** Runs a part. A failure is added to `failures`. */
  async run(part: Part, work: () => Promise<void>): Promise<void> {
    this.say(part);
    this.#part = part;
    const begin = performance.now();
    await this.attempt(part, work);
    this.times.push({ part, seconds: (performance.now() - begin) / 1000 });
  }

  /** Makes one measurement of the current part and adds its row. A failure is handled as in `attempt`. */
  async measure(what: Omit<Row, 'part' | 'figures'>, measure: () => Promise<Figures>): Promise<void> {
    const figures = await this.attempt(`${this.#part}, ${what.load}, ${what.who}`, measure);
    if (figures) this.note({ ...what, figures });
  }

  /** Adds a row to the current part, and prints it. */
  note(measured: Omit<Row, 'part'>): void {
    const row = { part: this.#part, ...measured };
    this.rows.push(row);
    this.say(rowText(row));
  }

  /**
   * Runs work that may fail. A failure is printed and added to `failures`; the run goes on.
   * @returns undefined if the work failed.
   * @throws the signal's reason once the run is stopped.
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
   * Starts to measure the system under test (`ours`), Redis and MongoDB. The returned function ends the
   * measurement. It takes the pids of processes of the system that have started since.
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

  /** The servers' addresses, as part of the configuration of a program in processes/. */
  programServers({ uri, dbName }: MongoTarget, redisUrl = this.redisServer.url) {
    return { redisUrl, mongoUri: uri, dbName };
  }

  /** Creates a directory for the logs of the next fleet. */
  async nextDir(): Promise<string> {
    this.#runs++;
    const dir = join(this.dir, `run-${this.#runs}`);
    await mkdir(dir, { recursive: true });
    return dir;
  }

  /** Starts a separate Redis for a queue. */
  async openQueue(): Promise<Pick<RedisServer, 'url' | 'pid'> & AsyncDisposable> {
    const { url, pid, stop } = await startRedis(REDIS);
    return { url, pid, [Symbol.asyncDispose]: stop };
  }

  /**
   * Opens an empty database; on a new server if the sizes have `freshMongo` and no running MongoDB was named.
   */
  async openTarget(): Promise<Target> {
    const { mongoUri, mongoBinary } = this.options;
    const start = () => startMongo(defined({ uri: mongoUri, binary: mongoBinary }));
    const isFresh = this.sizes.freshMongo && mongoUri === undefined;
    let server = this.#shared;
    if (!server) {
      const started = await start();
      server = started;
      if (!isFresh) {
        this.#shared = started;
        this.closing.add('mongo', () => started.stop());
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
