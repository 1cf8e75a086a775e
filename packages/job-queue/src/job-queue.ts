import { type connectRedis, redisError } from '@redis-to-mongo/redis-connection';
import { Queue, type Telemetry } from 'bullmq';
import { connectQueue } from './connect-queue.js';
import { ALIVE, ALIVE_MS, BEAT, type Heartbeat, heartbeatKey, parseHeartbeat } from './heartbeats.js';
import type { JobData } from './job-data.js';
import { jobDelays } from './job-delays.js';
import { jobName } from './job-name.js';
import { KEEP } from './kept-jobs.js';
import { leaseKey, SCHEDULER_LEASE } from './lease.js';
import { owedKey } from './owed-keys.js';
import { OLDEST_OWED, type QueueDepth } from './queue-depth.js';
import { type QueueFacts, workersOf } from './queue-facts.js';
import { markKey, READ_MARK, WRITE_MARK } from './queue-mark.js';
import { keyPrefix, QUEUE_NAME, type QueueSettings } from './queue-settings.js';
import { phaseMs, schedulerId } from './scheduler-id.js';
import { WakeUps } from './wake-ups.js';

/** Schedulers changed at once: enough to fill the connection, few enough not to hold up the server. */
const AT_ONCE = 500;

/** How long a scheduler's next run may lie in the past before it counts as stopped, in ms. */
const OVERDUE_MS = 30_000;

/** What a probe wrote goes by itself after so many ms. */
const PROBE_MS = 60_000;

/** The fleet's queue, as those see it who fill it: the scheduler, workers that hand on, and commands. */
export class JobQueue {
  /** For Bull Board. */
  readonly queue: Queue<JobData>;
  readonly #connection: ReturnType<typeof connectRedis>;
  readonly #settings: QueueSettings;
  readonly #wakeUps: WakeUps;

  /**
   * @param onError told of connection trouble; the queue reconnects by itself.
   * @param telemetry see queueTelemetry.
   */
  constructor(settings: QueueSettings, onError: (error: Error) => void, telemetry?: Telemetry) {
    this.#settings = settings;
    this.#connection = connectQueue(settings, onError);
    this.queue = new Queue<JobData>(QUEUE_NAME, {
      connection: this.#connection,
      prefix: keyPrefix(settings),
      skipMetasUpdate: true,
      ...(telemetry ? { telemetry } : {}),
    });
    this.queue.on('error', onError);
    this.#wakeUps = new WakeUps(this.queue, this.#connection, settings);
  }

  /** Gives each key a job scheduler that adds a job every `everyMs` ms, or changes the one it has. */
  async schedule(keys: readonly string[], everyMs: number): Promise<void> {
    await this.#inParts(keys, async (key) => {
      const id = schedulerId(key);
      await this.queue.upsertJobScheduler(
        id,
        { every: everyMs, offset: phaseMs(id, everyMs) },
        { name: jobName([key]), data: { key }, opts: KEEP },
      );
    });
  }

  /** Takes the keys' job schedulers away, with their waiting jobs. */
  async unschedule(keys: readonly string[]): Promise<void> {
    await this.#inParts(keys, async (key) => {
      await this.queue.removeJobScheduler(schedulerId(key));
    });
  }

  /** Takes schedulers away by their ids. */
  async removeSchedulers(ids: readonly string[]): Promise<void> {
    await this.#inParts(ids, async (id) => {
      await this.queue.removeJobScheduler(id);
    });
  }

  /**
   * Asks for a job on the key now, out of turn. However often it is asked, at most one such job waits while another
   * one runs.
   */
  async wake(key: string): Promise<void> {
    await this.#wakeUps.alone([key]);
  }

  /**
   * Asks for jobs on many keys. Each key counts as owed from now on, until a job that began later has ended well: see
   * `owedKeys`.
   */
  async wakeAll(keys: readonly string[]): Promise<void> {
    await this.#wakeUps.alone(keys);
  }

  /** As `wakeAll`, but for keys without a job scheduler: those have gone, or are not to be synced any more. */
  async wakeScheduled(keys: readonly string[]): Promise<void> {
    const nextRuns = await this.nextRuns(keys);
    await this.wakeAll(keys.filter((_, i) => nextRuns[i] !== null));
  }

  /**
   * As `wakeAll`, for keys with little to do, at the least cost: one job carries several of them. At most one such job
   * waits for a key.
   */
  async wakeTogether(keys: readonly string[]): Promise<void> {
    await this.#wakeUps.together(keys);
  }

  /**
   * As `wakeTogether`, but for keys whose claim a worker keeps (see Claims): that one sees their changes by itself.
   * @returns the keys that nobody was woken for.
   */
  async wakeUnlessKept(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return await this.#wakeUps.together(keys, true);
  }

  /** Has a key tried again after a moment, alone: it failed in a job for several. */
  async tryAgain(key: string): Promise<void> {
    await this.#wakeUps.again(key);
  }

  /** Keys that were woken at least `ms` ago, and of which no job has ended well since; at most `limit`. */
  async owedKeys(ms: number, limit: number): Promise<string[]> {
    return await this.#wakeUps.owed(ms, limit);
  }

  /** How much there is in the queue. */
  async depth(): Promise<QueueDepth> {
    const [counts, reply] = await Promise.all([
      this.queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
      OLDEST_OWED.run(this.#connection, [owedKey(this.#settings)]),
    ]);
    const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
    const [owed, owedMs] = Array.isArray(reply) ? reply.map(Number) : [];
    return { waiting: waiting + prioritized, active, delayed, failed, owed: owed ?? 0, owedMs: owedMs ?? 0 };
  }

  /** What the queue holds, and who works on it. @throws what ioredis throws. */
  async facts(): Promise<QueueFacts> {
    const [depth, schedulers, isPaused, delays, alive] = await Promise.all([
      this.depth(),
      this.schedulerCount(),
      this.queue.isPaused(),
      jobDelays(this.queue),
      this.#alive(),
    ]);
    return { ...depth, schedulers, isPaused, ...delays, ...alive };
  }

  /** How many workers live. @throws what ioredis throws. */
  async workerCount(): Promise<number> {
    return workersOf(await this.#alive());
  }

  /** What the queue remembers of the fleet that it is for, and how long ago that was confirmed, in ms. */
  async readMark(): Promise<{ readonly mark: string; readonly ageMs: number } | undefined> {
    const reply = await READ_MARK.run(this.#connection, [markKey(this.#settings)]);
    return Array.isArray(reply) ? { mark: String(reply[0]), ageMs: Number(reply[1]) } : undefined;
  }

  /** Puts a mark in the place of the one that was read (`undefined`: there was none). @returns whether that still held. */
  async writeMark(before: string | undefined, mark: string): Promise<boolean> {
    return (await WRITE_MARK.run(this.#connection, [markKey(this.#settings)], before ?? '', mark)) === 1;
  }

  /** Tells that a process lives, and how it fares. */
  async beat(id: string, heartbeat: Heartbeat): Promise<void> {
    await BEAT.run(
      this.#connection,
      [heartbeatKey(this.#settings)],
      id,
      JSON.stringify(heartbeat),
      6 * ALIVE_MS,
    );
  }

  /** Tells that a process is about to end. */
  async endHeartbeat(id: string): Promise<void> {
    await this.#connection.hdel(heartbeatKey(this.#settings), id);
  }

  /** Each scheduler's interval in ms, as BullMQ has it; `undefined` where there is none. */
  async intervals(ids: readonly string[]): Promise<(number | undefined)[]> {
    const all: (number | undefined)[] = [];
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const pipeline = this.#connection.pipeline();
      for (const id of ids.slice(i, i + AT_ONCE)) pipeline.hget(this.queue.toKey(`repeat:${id}`), 'every');
      for (const [error, every] of (await pipeline.exec()) ?? []) {
        if (error) throw error;
        all.push(typeof every === 'string' ? Number(every) : undefined);
      }
    }
    return all;
  }

  /** When each key's next scheduled job is due, in ms since 1970; `null` where the key has no job scheduler. */
  async nextRuns(keys: readonly string[]): Promise<(number | null)[]> {
    const all: (number | null)[] = [];
    for (let i = 0; i < keys.length; i += AT_ONCE) {
      const pipeline = this.#connection.pipeline();
      for (const key of keys.slice(i, i + AT_ONCE))
        pipeline.zscore(this.queue.toKey('repeat'), schedulerId(key));
      for (const [error, at] of (await pipeline.exec()) ?? []) {
        if (error) throw error;
        all.push(typeof at === 'string' ? Number(at) : null);
      }
    }
    return all;
  }

  /** The ids of all job schedulers there are. */
  async schedulerIds(): Promise<Set<string>> {
    return new Set(await this.#connection.zrange(this.queue.toKey('repeat'), '0', '-1'));
  }

  async schedulerCount(): Promise<number> {
    return await this.#connection.zcard(this.queue.toKey('repeat'));
  }

  /**
   * The ids of job schedulers that have stopped: their next run is long past, and its job is not there.
   * (A run that only waits for a free worker has its job.)
   */
  async stoppedSchedulers(now = Date.now()): Promise<string[]> {
    const late = await this.#connection.zrangebyscore(
      this.queue.toKey('repeat'),
      '-inf',
      String(now - OVERDUE_MS),
      'WITHSCORES',
    );
    const stopped: string[] = [];
    for (let i = 0; i + 1 < late.length; i += 2) {
      const id = late[i] ?? '';
      if ((await this.#connection.exists(this.queue.toKey(`repeat:${id}:${late[i + 1]}`))) === 0)
        stopped.push(id);
    }
    return stopped;
  }

  /** Answers when the queue's Redis takes a write: PING is answered by one that takes none, too. @throws SyncError */
  async ping(): Promise<void> {
    try {
      await this.#connection.set(`${keyPrefix(this.#settings)}:probe`, '1', 'PX', PROBE_MS);
    } catch (error) {
      throw redisError(error, 'queue');
    }
  }

  /** Resolves when the queue's Redis answers at all. */
  async answer(): Promise<void> {
    await this.#connection.ping();
  }

  /** Gives up the connection, since the queue's Redis does not answer: whatever waits for it fails. */
  leave(): void {
    this.#connection.disconnect();
  }

  async close(): Promise<void> {
    await this.queue.close();
    this.#connection.disconnect();
  }

  async #alive(): Promise<Pick<QueueFacts, 'isLeased' | 'processes'>> {
    const names = [heartbeatKey(this.#settings), leaseKey(this.#settings, SCHEDULER_LEASE)];
    const reply = await ALIVE.run(this.#connection, names, ALIVE_MS);
    const [isLeased, beats]: readonly unknown[] = Array.isArray(reply) ? reply : [];
    const processes = Array.isArray(beats) ? beats.flatMap((beat) => parseHeartbeat(String(beat)) ?? []) : [];
    return { isLeased: isLeased === 1, processes };
  }

  async #inParts(items: readonly string[], run: (item: string) => Promise<void>): Promise<void> {
    for (let i = 0; i < items.length; i += AT_ONCE) await Promise.all(items.slice(i, i + AT_ONCE).map(run));
  }
}
