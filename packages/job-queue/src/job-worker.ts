import { backoffMs, type SyncError } from '@redis-to-mongo/pipeline';
import { type connectRedis, writeTogether } from '@redis-to-mongo/redis-connection';
import type { Job, Telemetry } from 'bullmq';
import { connectQueue } from './connect-queue.js';
import { parseJobData } from './job-data.js';
import { queueError } from './queue-error.js';
import { deadAfterMsOf, keyPrefix, QUEUE_NAME, type QueueSettings } from './queue-settings.js';
import { ThrottledWorker } from './throttled-worker.js';
import { unlessGone } from './unless-gone.js';

/** How a JobWorker runs, and whom it informs. */
export interface JobWorkerOptions {
  /** Jobs at once in this process. */
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
  /** Called with an error of class configuration, such as a full memory: no job can be had until it is fixed. */
  readonly onRefused: (error: SyncError) => void;
  /** See queueTelemetry. */
  readonly telemetry?: Telemetry | undefined;
  /** Called with every key that failed, and of jobs that name none. */
  readonly onFailed: (key: string | undefined, error: Error) => void;
  /** Has keys tried again that failed in a job for several, or in a scheduled one. */
  readonly retryLater: (keys: readonly string[]) => Promise<void>;
}

/** Runs the keys of one job. The result has an error for each key that failed. */
export type RunKeys = (keys: readonly string[]) => Promise<ReadonlyMap<string, Error>>;

/** Waits between the attempts of a failed job, in ms. */
const BACKOFF = { baseMs: 500, capMs: 30_000 } as const;

/** Pulls jobs from the queue and runs them. */
export class JobWorker {
  readonly #worker: ThrottledWorker;
  readonly #connection: ReturnType<typeof connectRedis>;

  constructor(settings: QueueSettings, run: RunKeys, options: JobWorkerOptions) {
    const deadAfterMs = deadAfterMsOf(settings);
    // BullMQ's own demand: a worker's commands wait for the connection, however long.
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
      // Renewed at half of it while the worker lives. The others check for expired locks twice in that time: a dead worker's
      // jobs run again after 10 to 15 s. A worker that only was slow has its job run twice, which does no harm.
      lockDuration: deadAfterMs,
      stalledInterval: deadAfterMs / 2,
      maxStalledCount: 3,
      // A scheduled job is exempt from maxStalledCount; this bounds one that kills its worker each time.
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

  /** Pulls no more jobs until `resume`; those under way continue. */
  async pause(): Promise<void> {
    await this.#worker.pause(true);
  }

  /** Pulls jobs again after `pause`. */
  resume(): void {
    this.#worker.resume();
  }

  /** How many jobs it runs at once from now on; those under way continue. */
  set concurrency(jobs: number) {
    this.#worker.concurrency = jobs;
  }

  /**
   * Pulls no more jobs and waits for those under way. With `force` it does not wait: other workers take them over
   * once their locks have ended. Without the queue's Redis it does not wait either.
   */
  async close(force = false): Promise<void> {
    await unlessGone(this.#connection, this.#worker.close(force));
    this.#connection.disconnect();
  }

  /** Gives up the connection, since the queue's Redis does not answer; `close` will not wait for it. */
  leave(): void {
    this.#connection.disconnect();
  }
}

/**
 * Each key fares on its own. One that failed alone fails its job, which BullMQ tries again with a backoff; those that failed beside
 * others get such a job each.
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

/** For a failed job's log line: its key, if it has but one. */
function nameIn(data: unknown): string | undefined {
  try {
    const { keys } = parseJobData(data);
    return keys.length === 1 ? keys[0] : undefined;
  } catch {
    return undefined;
  }
}
