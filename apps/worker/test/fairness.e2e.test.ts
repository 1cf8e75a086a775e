import type { KeyState } from '@redis-to-mongo/pipeline';
import { lineForTests, openWorkers } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const under = lineForTests({ ownMongo: true });
let workers: ReturnType<typeof openWorkers>;
beforeAll(() => {
  workers = openWorkers(under.namespace);
});
afterEach(() => workers.stopAll());
afterAll(() => workers.close());

async function fill(key: string, entries: number): Promise<void> {
  for (let from = 0; from < entries; from += 1000) {
    const pipeline = under.redis.pipeline();
    for (let i = from; i < Math.min(entries, from + 1000); i++)
      pipeline.xadd(key, '*', 'n', String(i), 'text', 'some text of a usual length, about fifty characters');
    await pipeline.exec();
  }
}

async function states(filter: object): Promise<KeyState[]> {
  return await under.db.collection<KeyState>('keys').find(filter).toArray();
}

describe('fairness', () => {
  it('lets a hundred small streams finish long before one huge one that began first', async () => {
    const small = Array.from({ length: 100 }, (_, i) => `small-${i}`);
    await fill('huge', 40_000);
    for (const key of small) await fill(key, 20);
    workers.start({ WORKER_CONCURRENCY: '2', SLICE_ENTRIES: '1000', MESSAGES_PER_STREAM: '1000' });
    await workers.queue.request(['huge']);
    await workers.queue.request(small);

    await vi.waitFor(
      async () => {
        const done = await states({ stream: { $ne: 'huge' }, 'counts.seen': 20 });
        expect(done).toHaveLength(100);
      },
      { timeout: 120_000, interval: 20 },
    );
    const [huge] = await states({ stream: 'huge' });
    // It has begun, and most of it is still to come: nobody waited for it.
    expect(huge?.counts.seen).toBeGreaterThan(0);
    expect(huge?.lag).toBeGreaterThan(20_000);
    await vi.waitFor(
      async () =>
        expect((await states({ stream: 'huge' }))[0]).toMatchObject({ counts: { seen: 40_000 }, lag: 0 }),
      { timeout: 120_000, interval: 100 },
    );
    const finished = await states({});
    const ends = finished
      .filter(({ stream }) => stream !== 'huge')
      .map(({ lastChangedAt }) => Number(lastChangedAt));
    const hugeEnd = Number(finished.find(({ stream }) => stream === 'huge')?.lastChangedAt);
    expect(Math.max(...ends)).toBeLessThan(hugeEnd);
  });
});

describe('the memory of a worker', () => {
  it('does not grow with the length of the stream: a heap of 48 MB is enough for any', async () => {
    const entries = 120_000;
    await fill('long', entries);
    const worker = workers.start({
      NODE_OPTIONS: '--max-old-space-size=48',
      READ_AHEAD_BYTES: String(4 << 20),
    });
    await workers.queue.request(['long']);
    await vi.waitFor(
      async () => {
        expect(worker.process.exitCode).toBeNull();
        expect((await states({ stream: 'long' }))[0]).toMatchObject({ counts: { seen: entries }, lag: 0 });
      },
      { timeout: 180_000, interval: 100 },
    );
  });
});
