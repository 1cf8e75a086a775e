import { type connectRedis, redisError } from '@redis-to-mongo/redis-connection';
import { Queue, type Telemetry } from 'bullmq';
import { connectQueue } from './connect-queue.js';
import { DueKeys } from './due-keys.js';
import { ALIVE, ALIVE_MS, BEAT, type Heartbeat, heartbeatKey, parseHeartbeat } from './heartbeats.js';
import { inParts } from './in-parts.js';
import { type JobData, parseJobData } from './job-data.js';
import { jobDelays } from './job-delays.js';
import { jobName } from './job-name.js';
import { KEEP } from './kept-jobs.js';
import { DEPTH, keyBooks } from './key-scripts.js';
import { leaseKey, SCHEDULER_LEASE } from './lease.js';
import type { QueueDepth } from './queue-depth.js';
import { type QueueFacts, workersOf } from './queue-facts.js';
import { markKey, READ_MARK, WRITE_MARK } from './queue-mark.js';
import { keyPrefix, QUEUE_NAME, type QueueSettings } from './queue-settings.js';
import { ScheduleChanges } from './schedule-changes.js';
import { phaseMs, schedulerId } from './scheduler-id.js';
import { Script } from './script.js';
import { SweepRecords } from './sweep-record.js';

/** Schedulers changed at once: enough to fill the connection, few enough not to hold up the server. */
const AT_ONCE = 500;

/** How long a scheduler's next run may lie in the past before it counts as stopped, in ms. */
const OVERDUE_MS = 30_000;

/** What a probe wrote goes by itself after so many ms. */
const PROBE_MS = 60_000;

/** KEYS: job schedulers. ARGV: ms since 1970, limit. Answers the ids of those that were due before and whose job is not there. */
const STOPPED = new Script(`
local late = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local stopped = {}
for i = 1, #late, 2 do
  local job = KEYS[1] .. ':' .. late[i] .. ':' .. late[i + 1]
  if redis.call('EXISTS', job) == 0 then stopped[#stopped + 1] = late[i] end
end
return stopped`);

/** A job scheduler, as BullMQ has it. */
export interface Schedule {
  readonly id: string;
  /** The key that it is for; undefined where another program has made it. */
  readonly key: string | undefined;
  /** Its interval, in ms. */
  readonly everyMs: number | undefined;
  /** Its next run, in ms since 1970. */
  readonly next: number;
}

/** The fleet's queue, as those see it who fill it: the scheduler, workers that hand on, and commands. */
export class JobQueue {
  /** For Bull Board. */
  readonly queue: Queue<JobData>;
  readonly changes: ScheduleChanges;
  readonly sweeps: SweepRecords;
  readonly #connection: ReturnType<typeof connectRedis>;
  readonly #settings: QueueSettings;
  readonly #due: DueKeys;

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
    this.changes = new ScheduleChanges(this.#connection, settings);
    this.sweeps = new SweepRecords(this.#connection, settings);
    this.#due = new DueKeys(this.queue, this.#connection, settings);
  }

  /** Gives each key a job scheduler that adds a job every `everyMs` ms, or changes the one it has. */
  async schedule(keys: readonly string[], everyMs: number): Promise<void> {
    await inTurns(keys, async (key) => {
      const id = schedulerId(key);
      await this.queue.upsertJobScheduler(
        id,
        { every: everyMs, offset: phaseMs(id, everyMs) },
        { name: jobName([key]), data: { keys: [key] }, opts: KEEP },
      );
    });
  }

  /** Takes the keys' job schedulers away, with their waiting jobs. */
  async unschedule(keys: readonly string[]): Promise<void> {
    await this.removeSchedulers(keys.map(schedulerId));
  }

  /** Takes schedulers away by their ids. */
  async removeSchedulers(ids: readonly string[]): Promise<void> {
    await inTurns(ids, async (id) => {
      await this.queue.removeJobScheduler(id);
    });
  }

  /**
   * Requests that keys are synced now. Each is due until a run that began later has ended well; requesting one that is due
   * already adds nothing. One job carries many keys.
   */
  async request(keys: readonly string[]): Promise<void> {
    await this.#due.request(keys, false);
  }

  /**
   * As `request`, but leaves streams alone that a worker tails: that one reads them by itself.
   * @returns the keys that were left alone.
   */
  async requestUnlessTailed(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return await this.#due.request(keys, true);
  }

  /** Adds jobs for keys that are due and have none, see `ClaimEnd`. */
  async addJobs(keys: readonly string[]): Promise<void> {
    await this.#due.addJobs(keys);
  }

  /** Has keys tried again that failed, each alone, after a moment and then with a capped exponential backoff. */
  async retryLater(keys: readonly string[]): Promise<void> {
    await this.#due.addRetries(keys);
  }

  /**
   * Adds a job for each key of which there may be none any more. At most one such job of a key is there at a time, and
   * one that waits to be tried again counts.
   */
  async requestAgain(keys: readonly string[]): Promise<void> {
    await this.#due.addRetries(keys, 0);
  }

  /** Keys that have been due for at least `ms` and that nobody works on; at most `limit`. */
  async overdueKeys(ms: number, limit: number): Promise<string[]> {
    return await this.#due.overdue(ms, limit);
  }

  /** Keys whose workers have died while they worked on them or tailed them. */
  async abandonedKeys(): Promise<string[]> {
    return await this.#due.abandoned();
  }

  /** How much there is in the queue. */
  async depth(): Promise<QueueDepth> {
    const [counts, reply] = await Promise.all([
      this.queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
      DEPTH.numbers(this.#connection, keyBooks(this.#settings)),
    ]);
    const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
    const [due = 0, dueMs = 0] = reply;
    return { waiting: waiting + prioritized, active, delayed, failed, due, dueMs };
  }

  /** What the queue holds, and who works on it. @throws what ioredis throws. */
  async facts(): Promise<QueueFacts> {
    const [depth, schedulers, isPaused, delays, alive, sweep] = await Promise.all([
      this.depth(),
      this.schedulerCount(),
      this.queue.isPaused(),
      jobDelays(this.queue),
      this.#alive(),
      this.sweeps.read(),
    ]);
    return { ...depth, schedulers, isPaused, ...delays, ...alive, sweepPending: sweep?.pending ?? '' };
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

  /** Keys that are due. */
  async dueCount(): Promise<number> {
    return await this.#connection.zcard(keyBooks(this.#settings)[0]);
  }

  /** When each key's next scheduled job is due, in ms since 1970; `null` where the key has no job scheduler. */
  async nextRuns(keys: readonly string[]): Promise<(number | null)[]> {
    return (await this.schedulesOf(keys)).map((schedule) => schedule?.next ?? null);
  }

  /** Each key's job scheduler; `undefined` where it has none. */
  async schedulesOf(keys: readonly string[]): Promise<(Schedule | undefined)[]> {
    const all: (Schedule | undefined)[] = [];
    for (const part of inParts(keys, AT_ONCE)) {
      const pipeline = this.#connection.pipeline();
      for (const id of part.map(schedulerId)) {
        pipeline.zscore(this.queue.toKey('repeat'), id);
        pipeline.hget(this.queue.toKey(`repeat:${id}`), 'every');
      }
      const replies = valuesOf(await pipeline.exec());
      part.forEach((key, i) => {
        const [next, every] = [replies[2 * i], replies[2 * i + 1]];
        all.push(
          typeof next === 'string'
            ? { id: schedulerId(key), key, everyMs: numberOf(every), next: Number(next) }
            : undefined,
        );
      });
    }
    return all;
  }

  /**
   * Some of all job schedulers there are, in the order of their next runs.
   * @param from how many to pass over.
   */
  async schedules(from: number, limit: number): Promise<Schedule[]> {
    const page = await this.#connection.zrange(
      this.queue.toKey('repeat'),
      String(from),
      String(from + limit - 1),
      'WITHSCORES',
    );
    const found: { id: string; next: number }[] = [];
    for (let i = 0; i + 1 < page.length; i += 2) found.push({ id: page[i] ?? '', next: Number(page[i + 1]) });
    const pipeline = this.#connection.pipeline();
    for (const { id } of found) pipeline.hmget(this.queue.toKey(`repeat:${id}`), 'every', 'data');
    const replies = valuesOf(await pipeline.exec());
    return found.map(({ id, next }, i) => {
      const reply = replies[i];
      const [every, data] = Array.isArray(reply) ? reply : [];
      return { id, next, key: keyIn(data), everyMs: numberOf(every) };
    });
  }

  async schedulerCount(): Promise<number> {
    return await this.#connection.zcard(this.queue.toKey('repeat'));
  }

  /**
   * Job schedulers that have stopped: their next run is long past, and its job is not there.
   * (A run that only waits for a free worker has its job.)
   * @param limit looks at so many that are late, at most.
   */
  async stoppedSchedules(limit: number, now = Date.now()): Promise<Schedule[]> {
    const repeat = this.queue.toKey('repeat');
    const ids = new Set(await STOPPED.texts(this.#connection, [repeat], now - OVERDUE_MS, limit));
    return ids.size === 0 ? [] : (await this.schedules(0, limit)).filter(({ id }) => ids.has(id));
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
}

async function inTurns(items: readonly string[], run: (item: string) => Promise<void>): Promise<void> {
  for (const part of inParts(items, AT_ONCE)) await Promise.all(part.map(run));
}

function valuesOf(replies: [Error | null, unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

function numberOf(text: unknown): number | undefined {
  return typeof text === 'string' ? Number(text) : undefined;
}

function keyIn(data: unknown): string | undefined {
  try {
    return parseJobData(JSON.parse(String(data))).keys[0];
  } catch {
    return undefined; // not one of the fleet's
  }
}
