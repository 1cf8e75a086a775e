import { type AppProcess, addsUp, lineForTests, openWorkers } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const under = lineForTests();
let workers: ReturnType<typeof openWorkers>;
beforeAll(() => {
  workers = openWorkers(under.namespace);
});
afterEach(() => workers.stopAll());
afterAll(() => workers.close());

async function mirror(key: string, mode: string): Promise<AppProcess> {
  await under.add(key, 1, 3000);
  const env = { TRIM_MODE: mode, TRIM_KEEP_ENTRIES: '10', TRIM_KEEP_SEC: '0', MESSAGES_PER_STREAM: '500' };
  const worker = workers.start({ ...env, SLICE_ENTRIES: '1000' });
  await workers.queue.request([key]);
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
