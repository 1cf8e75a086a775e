import type { SyncError } from '@redis-to-mongo/pipeline';
import { type connectRedis, lastTrouble, redisError, writeTogether } from '@redis-to-mongo/redis-connection';
import { Queue, type Telemetry } from 'bullmq';
import { bookkeepingKeys } from './bookkeeping.js';
import { connectQueue } from './connect-queue.js';
import { DueKeys } from './due-keys.js';
import { DEPTH } from './due-scripts.js';
import {
  BEAT,
  BEATS,
  END_BEAT,
  type FleetProcess,
  GONE_MS,
  type Heartbeat,
  hasJustLeft,
  heartbeatKey,
  parseBeat,
} from './heartbeats.js';
import type { JobData } from './job-data.js';
import { jobDelays } from './job-delays.js';
import { JobSchedulers } from './job-schedulers.js';
import { leaseKey, SCHEDULER_LEASE } from './lease.js';
import type { QueueDepth } from './queue-depth.js';
import { type QueueFacts, workersOf } from './queue-facts.js';
import { markKey, READ_MARK, WRITE_MARK } from './queue-mark.js';
import { deadAfterMsOf, keyPrefix, QUEUE_NAME, type QueueSettings } from './queue-settings.js';
import { ScheduleChanges } from './schedule-changes.js';
import { NO_RECORD, SweepRecords } from './sweep-record.js';
import { TargetCounter } from './target-counter.js';

/** The value that `ping` writes expires after this many ms. */
const PROBE_MS = 60_000;

/** The fleet's queue, for everything that adds jobs: the scheduler, workers and commands. */
export class JobQueue {
  readonly due: DueKeys;
  readonly schedulers: JobSchedulers;
  readonly changes: ScheduleChanges;
  readonly sweeps: SweepRecords;
  readonly targetCounter: TargetCounter;
  readonly #queue: Queue<JobData>;
  readonly #connection: ReturnType<typeof connectRedis>;

  /**
   * @param onError called with connection trouble; the queue reconnects by itself.
   * @param telemetry see queueTelemetry.
   */
  constructor(
    private readonly settings: QueueSettings,
    onError: (error: Error) => void,
    telemetry?: Telemetry,
  ) {
    this.#connection = writeTogether(connectQueue(settings, onError));
    this.#queue = new Queue<JobData>(QUEUE_NAME, {
      connection: this.#connection,
      prefix: keyPrefix(settings),
      skipMetasUpdate: true,
      ...(telemetry ? { telemetry } : {}),
    });
    this.#queue.on('error', onError);
    this.schedulers = new JobSchedulers(this.#queue, this.#connection);
    this.changes = new ScheduleChanges(this.#connection, settings);
    this.sweeps = new SweepRecords(this.#connection, settings);
    this.targetCounter = new TargetCounter(this.#connection, settings);
    this.due = new DueKeys(this.#queue, this.#connection, settings);
  }

  /** BullMQ's own queue, for Bull Board and for tests that break it. */
  forBoard(): Queue<JobData> {
    return this.#queue;
  }

  /** See deadAfterMsOf. */
  get deadAfterMs(): number {
    return deadAfterMsOf(this.settings);
  }

  /**
   * Requests a sync of keys now. Each key is due until a run that began after the request has ended well.
   * Requesting a key that is already due adds nothing. One job carries many keys.
   */
  async request(keys: readonly string[]): Promise<void> {
    await this.due.request(keys, false);
  }

  /** Counts the jobs and due keys in the queue. */
  async depth(): Promise<QueueDepth> {
    const [counts, reply] = await Promise.all([
      this.#queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
      DEPTH.numbers(this.#connection, bookkeepingKeys(this.settings)),
    ]);
    const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
    const [due = 0, dueMs = 0, untriedMs = 0] = reply;
    return { waiting: waiting + prioritized, active, delayed, failed, due, dueMs, untriedMs };
  }

  /** Reads what the queue holds, and which processes work on it. @throws what ioredis throws. */
  async facts(): Promise<QueueFacts> {
    const [now, depth, schedulers, isPaused, delays, alive, { record: sweep, isEvicting }, targetCounter] =
      await Promise.all([
        this.sweeps.now(),
        this.depth(),
        this.schedulers.count(),
        this.#queue.isPaused(),
        jobDelays(this.#queue, this.sweeps.now()),
        this.#alive(),
        this.sweeps.readWithEvictions(),
        this.targetCounter.read(),
      ]);
    return {
      ...depth,
      schedulers,
      isPaused,
      ...delays,
      ...alive,
      sweepPending: sweep ? sweep.pending : NO_RECORD,
      leftOut: sweep?.leftOut,
      isCatchingUp: depth.due > 0 && now - depth.dueMs <= (sweep?.searchedUntil ?? 0),
      targetCounter,
      isEvicting,
    };
  }

  /** The number of live workers. @throws what ioredis throws. */
  async workerCount(): Promise<number> {
    return workersOf(await this.#alive());
  }

  /**
   * Reads the fleet's mark in the queue (`undefined` if there is none), how many ms ago it was confirmed, and
   * whether a scheduler holds the lease.
   */
  async readMark() {
    const names = [markKey(this.settings), leaseKey(this.settings, SCHEDULER_LEASE)];
    const reply = await READ_MARK.run(this.#connection, names);
    const [isLed, mark, ageMs] = Array.isArray(reply) ? reply : [];
    return {
      mark: mark === undefined ? undefined : String(mark),
      ageMs: Number(ageMs ?? Number.POSITIVE_INFINITY),
      isLed: isLed === 1,
    };
  }

  /**
   * Replaces the mark that the caller read (`undefined` if there was none).
   * @returns false if the mark had changed since.
   */
  async writeMark(before: string | undefined, mark: string): Promise<boolean> {
    return (await WRITE_MARK.run(this.#connection, [markKey(this.settings)], before ?? '', mark)) === 1;
  }

  /** Stores a process's heartbeat. @returns the time of the queue's Redis, in ms since 1970. */
  async beat(id: string, heartbeat: Heartbeat): Promise<number> {
    const text = JSON.stringify(heartbeat);
    return Number(await BEAT.run(this.#connection, [heartbeatKey(this.settings)], id, text, GONE_MS));
  }

  /** Records that a process is about to end. */
  async endHeartbeat(id: string): Promise<void> {
    await END_BEAT.run(this.#connection, [heartbeatKey(this.settings)], id);
  }

  /**
   * The fleet's processes, including those that ended or died within the last ten minutes.
   * @throws what ioredis throws.
   */
  async processes(): Promise<readonly FleetProcess[]> {
    return (await this.#beats()).processes;
  }

  /** Counts the keys that are due. */
  async dueCount(): Promise<number> {
    return await this.#connection.zcard(bookkeepingKeys(this.settings)[0]);
  }

  /**
   * Resolves when the queue's Redis accepts a write. PING does not show that: servers that refuse writes
   * answer it too.
   * @throws SyncError
   */
  async ping(): Promise<void> {
    try {
      await this.#connection.set(`${keyPrefix(this.settings)}:probe`, '1', 'PX', PROBE_MS);
    } catch (error) {
      throw redisError(error, 'queue');
    }
  }

  /** The error that prevents a connection, as converted by redisError; `undefined` while connected. */
  trouble(): SyncError | undefined {
    const trouble = lastTrouble(this.#connection);
    return trouble && redisError(trouble, 'queue');
  }

  /** Resolves when the queue's Redis answers at all. */
  async answer(): Promise<void> {
    await this.#connection.ping();
  }

  /** Drops the connection when the queue's Redis does not answer. Pending calls fail. */
  leave(): void {
    this.#connection.disconnect();
  }

  /** Ends the connection. Jobs and requests stay in the queue. */
  async close(): Promise<void> {
    await this.#queue.close();
    this.#connection.disconnect();
  }

  async #alive(): Promise<Pick<QueueFacts, 'isLeased' | 'processes' | 'left'>> {
    const { isLeased, processes } = await this.#beats();
    return {
      isLeased,
      processes: processes.filter(({ is }) => is === 'alive'),
      left: processes.filter((process) => hasJustLeft(process, this.deadAfterMs)),
    };
  }

  async #beats(): Promise<{ readonly isLeased: boolean; readonly processes: readonly FleetProcess[] }> {
    const names = [heartbeatKey(this.settings), leaseKey(this.settings, SCHEDULER_LEASE)];
    const reply = await BEATS.run(this.#connection, names);
    const [isLeased, beats]: readonly unknown[] = Array.isArray(reply) ? reply : [];
    const processes = Array.isArray(beats)
      ? beats.flatMap((beat) => parseBeat(beat, this.deadAfterMs) ?? [])
      : [];
    return { isLeased: isLeased === 1, processes };
  }
}
