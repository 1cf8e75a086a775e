import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { Claims, JobQueue, type QueueSettings } from '../src/index.js';

/** A queue on a Redis of the test file's own, emptied after each test, with the claims of two workers. */
export interface QueueUnderTest {
  settings: QueueSettings;
  redis: ReturnType<typeof connectRedis>;
  queue: JobQueue;
  mine: Claims;
  others: Claims;
  readonly onError: (error: Error) => void;
  /** The keys that the waiting jobs carry, job by job, the oldest first. */
  waiting(): Promise<(readonly string[])[]>;
}

export function queueUnderTest(prefix: string): QueueUnderTest {
  const errors: Error[] = [];
  const onError = (error: Error) => void errors.push(error);
  let server: RedisServer;
  const test = {
    onError,
    waiting: async () =>
      (await test.queue.forBoard().getJobs(['waiting'], 0, -1, true)).map(({ data }) => data.keys),
  } as QueueUnderTest;
  beforeAll(async () => {
    server = await startRedis();
    test.settings = { redis: { host: '127.0.0.1', port: server.port, db: 0, tls: NO_TLS }, prefix };
    test.redis = connectRedis(test.settings.redis, onError);
  });
  beforeEach(() => {
    test.queue = new JobQueue(test.settings, onError);
    test.mine = new Claims(test.settings, onError);
    test.others = new Claims(test.settings, onError);
  });
  afterEach(async () => {
    await test.mine.close();
    await test.others.close();
    await test.queue.close();
    await test.redis.flushall();
    expect(errors.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    test.redis.disconnect();
    await server.stop();
  });
  return test;
}
