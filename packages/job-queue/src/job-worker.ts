import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs, type SyncError } from '@redis-to-mongo/pipeline';
import { type connectRedis, writeTogether } from '@redis-to-mongo/redis-connection';
import { type Job, type Telemetry, Worker } from 'bullmq';
import { connectQueue } from './connect-queue.js';
import { parseJobData } from './job-data.js';
import { queueError } from './queue-error.js';
import { deadAfterMsOf, keyPrefix, QUEUE_NAME, type QueueSettings } from './queue-settings.js';
import { unlessGone } from './unless-gone.js';

/** Settings and callbacks of a JobWorker. */
export interface JobWorkerOptions {
  /** Number of jobs that this process runs concurrently. */
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
  /**
   * Called with errors of class `configuration`, such as a full memory: the worker gets no jobs until it is
   * fixed.
   */
  readonly onRefused: (error: SyncError) => void;
  /** See queueTelemetry. */
  readonly telemetry?: Telemetry | undefined;
  /**
   * Called for every key that failed, and with `undefined` for a failed job that does not name exactly one
   * key.
   */
  readonly onFailed: (key: string | undefined, error: Error) => void;
  /** Schedules a retry of keys that failed in a job for several keys, or in a scheduled job. */
  readonly retryLater: (keys: readonly string[]) => Promise<void>;
}

/** Runs the keys of one job. The result maps each failed key to its error. */
export type RunKeys = (keys: readonly string[]) => Promise<ReadonlyMap<string, Error>>;

/** Waits between the attempts of a failed job, in ms. */
const BACKOFF = { baseMs: 500, capMs: 30_000 } as const;

/** Pulls jobs from the queue and runs them. */
export class JobWorker {
  readonly #worker: ThrottledWorker;
  readonly #connection: ReturnType<typeof connectRedis>;

  constructor(settings: QueueSettings, run: RunKeys, options: JobWorkerOptions) {
    const deadAfterMs = deadAfterMsOf(settings);
    // BullMQ requires that a worker's commands wait for the connection without a limit.
    this.#connection = writeTogether(
      connectQueue(settings, options.onError, {
        maxRetriesPerRequest: null,
        commandTimeout: undefined,
      }),
    );
    this.#worker = new ThrottledWorker(QUEUE_NAME, async (job) => await runJob(job, run, options), {
      connection: this.#connection,
      prefix: keyPrefix(settings),
      concurrency: options.concurrency,
      // A live worker renews the lock after half this time. Workers check for expired locks twice in this
      // time, so by default a dead worker's jobs run again after 10 to 15 s. If a worker was only slow, its
      // job runs twice, which does no harm.
      lockDuration: deadAfterMs,
      stalledInterval: deadAfterMs / 2,
      maxStalledCount: 3,
      // maxStalledCount does not apply to scheduled jobs. This limits a scheduled job that kills its worker
      // each time.
      maxStartedAttempts: 12,
      settings: { backoffStrategy: (attempt) => Math.ceil(backoffMs(attempt, BACKOFF)) },
      autorun: false,
      ...(options.telemetry ? { telemetry: options.telemetry } : {}),
    });
    this.#worker.on('error', (error) => {
      const known = queueError(error);
      if (known.errorClass === 'configuration') options.onRefused(known);
      else options.onError(known);
    });
    this.#worker.on('failed', (job, error) => options.onFailed(nameIn(job?.data), error));
  }

  /** Begins to pull jobs; resolves when the worker is closed. */
  async run(): Promise<void> {
    await this.#worker.run();
  }

  /** Stops pulling jobs until `resume`. Running jobs continue. */
  async pause(): Promise<void> {
    await this.#worker.pause(true);
  }

  /** Pulls jobs again after `pause`. */
  resume(): void {
    this.#worker.resume();
  }

  /** Number of jobs to run concurrently from now on. Running jobs continue. */
  set concurrency(jobs: number) {
    this.#worker.concurrency = jobs;
  }

  /**
   * Stops pulling jobs, and waits for the running jobs. With `force`, or if the queue's Redis does not
   * answer, it does not wait. Other workers take over the jobs when their locks expire.
   */
  async close(force = false): Promise<void> {
    await unlessGone(this.#connection, this.#worker.close(force));
    this.#connection.disconnect();
  }

  /** Drops the connection when the queue's Redis does not answer. `close` then does not wait. */
  leave(): void {
    this.#connection.disconnect();
  }
}

/**
 * Runs a job; keys fail independently. If the job has one key and attempts left, it throws the key's error,
 * and BullMQ retries the job with a backoff. Otherwise each failed key gets such a job of its own.
 */
async function runJob(
  job: Job,
  run: RunKeys,
  { onFailed, retryLater }: Pick<JobWorkerOptions, 'onFailed' | 'retryLater'>,
): Promise<void> {
  const { keys } = parseJobData(job.data);
  const failed = await run(keys);
  if (failed.size === 0) return;
  const [first] = failed.values();
  if (keys.length === 1 && (job.opts.attempts ?? 0) > 1 && first) throw first;
  for (const [key, error] of failed) onFailed(key, error);
  await retryLater([...failed.keys()]);
}

/** The job's key, if the job names exactly one; for the log. */
function nameIn(data: unknown): string | undefined {
  try {
    const { keys } = parseJobData(data);
    return keys.length === 1 ? keys[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Waits between two attempts to take a job, in ms. */
const TAKE_BACKOFF = { baseMs: 200, capMs: 5_000 } as const;

/**
 * If Redis refuses to hand out a job, BullMQ's worker asks again without a pause, thousands of times per
 * second. This class waits before it reports the refusal.
 */
class ThrottledWorker extends Worker {
  readonly #closing = new AbortController();
  #refusals = 0;

  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      const job = await super.moveToActive(token, name);
      this.#refusals = 0;
      return job;
    } catch (error) {
      const waitMs = TAKE_BACKOFF.baseMs / 2 + backoffMs(++this.#refusals, TAKE_BACKOFF);
      await sleep(waitMs, undefined, { signal: this.#closing.signal }).catch(() => {}); // closing: no wait
      throw error;
    }
  }

  override async close(force?: boolean): Promise<void> {
    this.#closing.abort();
    await super.close(force);
  }
}
