import { JobQueue } from '@redis-to-mongo/job-queue';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { addsUp, type LineUnderTest, lineUnderTest } from './line-under-test.js';
import { appEnv, startWorker, type WorkerProcess } from './worker-process.js';

let under: LineUnderTest;
let queue: JobQueue;
let worker: WorkerProcess | undefined;

beforeAll(async () => {
  under = await lineUnderTest();
  const tls = { enabled: false, rejectUnauthorized: true };
  const redis = { url: under.namespace.redis.url, host: '', port: 0, db: 0, tls };
  queue = new JobQueue({ redis, prefix: 'r2m' }, () => {});
});
afterEach(async () => {
  await worker?.stop();
});
afterAll(async () => {
  await queue.close();
  await under.close();
});

async function mirror(key: string, mode: string): Promise<WorkerProcess> {
  const pipeline = under.redis.pipeline();
  for (let i = 1; i <= 3000; i++) pipeline.xadd(key, `${i}-0`, 'n', String(i));
  await pipeline.exec();
  const env = { TRIM_MODE: mode, TRIM_KEEP_ENTRIES: '10', TRIM_KEEP_SEC: '0', MESSAGES_PER_STREAM: '500' };
  worker = startWorker(appEnv(under.namespace, { ...env, SLICE_ENTRIES: '1000' }));
  await queue.request([key]);
  return worker;
}

describe('a worker', () => {
  it('that trims frees what is in MongoDB, slice by slice, and loses nothing', async () => {
    await mirror('trimmed', 'on');
    await vi.waitFor(async () => expect(await under.redis.xlen('trimmed')).toBe(10), { timeout: 60_000 });
    expect((await under.messages('trimmed')).map(({ entryId }) => entryId)).toEqual(
      Array.from({ length: 3000 }, (_, i) => `${i + 1}-0`),
    );
    const state = await under.state('trimmed');
    expect(state.counts).toMatchObject({ seen: 3000, gap: 0 });
    expect(addsUp(state)).toBe(true);
  });

  it('in a dry run says what it would free, and frees nothing', async () => {
    const { output } = await mirror('dry', 'dry-run');
    await vi.waitFor(() => expect(output()).toMatch(/a trim would free entries.*"entries":2990/), {
      timeout: 60_000,
    });
    expect(await under.redis.xlen('dry')).toBe(3000);
  });
});
