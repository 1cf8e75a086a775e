import { randomUUID } from 'node:crypto';
import { createLogger, createMetrics } from '@redis-to-mongo/app-shell';
import { Claims, JobQueue, type QueueSettings, type RunKeys } from '@redis-to-mongo/job-queue';
import type { Line } from '@redis-to-mongo/pipeline';
import type { RedisAddress } from '@redis-to-mongo/redis-connection';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { type LineUnderTest, lineUnderTest } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { BackfillLog } from '../src/backfill-log.js';
import { CircuitBreaker } from '../src/circuit-breaker.js';
import { JobOutcomes } from '../src/job-outcomes.js';
import { Retries } from '../src/retries.js';
import { type SyncJobOptions, syncJob } from '../src/sync-job.js';
import { WorkMeter } from '../src/work-meter.js';

/** What a worker is made of, but for the pulling of jobs: those are run by the test, one by one. */
export interface JobsUnderTest {
  under: LineUnderTest;
  queue: JobQueue;
  readonly address: () => RedisAddress;
  readonly settings: () => QueueSettings;
  /** Of connections: each test ends without any. */
  readonly errors: unknown[];
  readonly onError: (error: unknown) => void;
  /** Closed after the test, the last one first. */
  readonly closeLater: (close: () => unknown) => void;
  /** What a worker of its own has, and how it runs a job. */
  worker(changes?: Partial<Line>): Promise<{
    readonly line: Line;
    readonly claims: Claims;
    readonly account: JobOutcomes;
    readonly job: (changes?: Partial<SyncJobOptions>) => RunKeys;
  }>;
}

export function jobsUnderTest(): JobsUnderTest {
  const errors: unknown[] = [];
  const closers: (() => unknown)[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const prefix = `jobs-${randomUUID().slice(0, 8)}`;
  const test = {
    errors,
    onError,
    closeLater: (close) => void closers.push(close),
    address: () => addressOfUrl(test.under.namespace.redis.url),
    settings: () => ({ redis: test.address(), prefix }),
    worker: async (changes = {}) => {
      const line = await test.under.line(changes);
      const metrics = createMetrics('worker');
      const logger = createLogger({ level: 'error', format: 'json', app: 'worker' });
      const claims = new Claims(test.settings(), onError);
      closers.push(() => claims.close());
      const guard = new CircuitBreaker({
        logger,
        signal: new AbortController().signal,
        probe: async () => {},
      });
      const backfills = new BackfillLog(logger);
      const account = new JobOutcomes({
        ...{ guard, metrics, logger, backfills },
        retries: new Retries(),
        work: new WorkMeter(),
        recordError: async () => {},
      });
      const job = (more: Partial<SyncJobOptions> = {}) =>
        syncJob({
          ...{ line, claims, queue: test.queue, account, metrics, logger },
          slice: () => ({ entries: 100_000, bytes: 1 << 30, ms: 60_000 }),
          afterSync: async () => {},
          recordError: async () => {},
          ...more,
        });
      return { line, claims, account, job };
    },
  } as JobsUnderTest;
  beforeAll(async () => {
    test.under = await lineUnderTest({ ownMongo: true });
    test.queue = new JobQueue(test.settings(), onError);
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    expect(errors.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await test.queue.close();
    await test.under.close();
  });
  return test;
}
