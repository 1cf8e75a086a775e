import type { JobQueue } from '@redis-to-mongo/job-queue';
import { type AppProcess, addsUp, lineForTests, openWorkers } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const under = lineForTests();
let queue: JobQueue;
let start: (dieAt?: string) => AppProcess;
let workers: ReturnType<typeof openQueue>;

beforeAll(() => {
  workers = openQueue('r2m');
  ({ queue, start } = workers);
});
afterEach(() => workers.stopAll());
afterAll(() => workers.close());

/** A queue of its own, and workers on it. */
function openQueue(prefix: string) {
  const opened = openWorkers(under.namespace, { MESSAGES_PER_STREAM: '100', QUEUE_PREFIX: prefix });
  return { ...opened, start: (dieAt?: string) => opened.start({}, dieAt) };
}

/** Runs a test with a queue of its own, so that others can run beside it. */
async function withQueue(prefix: string, run: (place: ReturnType<typeof openQueue>) => Promise<void>) {
  const place = openQueue(prefix);
  try {
    await run(place);
  } finally {
    await place.close();
  }
}

async function fill(key: string, entries: number): Promise<string[]> {
  const pipeline = under.redis.pipeline();
  for (let i = 0; i < entries; i++) pipeline.xadd(key, `${i + 1}-0`, 'n', String(i));
  await pipeline.exec();
  return Array.from({ length: entries }, (_, i) => `${i + 1}-0`);
}

async function position(key: string): Promise<string | undefined> {
  const state = await under.db
    .collection<{ _id: string; position: { entryId: string } }>('keys')
    .findOne({ _id: key });
  return state?.position.entryId;
}

async function isDrained(key: string, lastId: string): Promise<void> {
  await vi.waitFor(async () => expect(await position(key)).toBe(lastId), { timeout: 150_000, interval: 100 });
}

// Each waits most of its time for the dead worker's claim to end.
describe.concurrent('a worker killed by SIGKILL', () => {
  it.each(['after-read:3', 'after-write:3', 'before-save:3', 'after-save:3'])(
    'at %s: another one goes on, and every entry is there once',
    async (dieAt) => {
      await withQueue(dieAt, async ({ queue, start }) => {
        const key = `stream-${dieAt}`;
        const ids = await fill(key, 1000);
        const dying = start(dieAt);
        await queue.schedulers.set([key], 500);
        expect((await dying.ended).signal).toBe('SIGKILL');
        const before = await position(key);

        start();
        await isDrained(key, ids.at(-1) ?? '');
        expect((await under.messages(key)).map(({ entryId }) => entryId)).toEqual(ids);
        const state = await under.state(key);
        expect(state.counts.seen).toBe(1000);
        expect(addsUp(state)).toBe(true);
        expect(before === undefined || Number.parseInt(before, 10) < 1000).toBe(true);
        if (dieAt.startsWith('after-write')) expect(state.counts.alreadyThere).toBeGreaterThan(0);
      });
    },
  );

  it.each([
    ['is as it was before', 'off', { value: 'off', active: true }],
    ['has gone', undefined, { active: false }],
  ] as const)('after a write, and the value then %s: MongoDB shows that', async (name, then, shown) => {
    await withQueue(name, async ({ queue, start }) => {
      const key = `flag ${name}`;
      const stored = () => under.db.collection<{ _id: string }>('strings').findOne({ _id: key });
      const isStored = async (what: object) =>
        await vi.waitFor(async () => expect(await stored()).toMatchObject(what), {
          timeout: 150_000,
          interval: 100,
        });
      if (then !== undefined) await under.redis.set(key, then);
      await queue.request([key]);
      const first = start();
      if (then !== undefined) await isStored(shown);
      await first.stop();

      await under.redis.set(key, 'on');
      const dying = start('after-write:1');
      await queue.request([key]);
      expect((await dying.ended).signal).toBe('SIGKILL');
      expect(await stored()).toMatchObject({ value: 'on', active: true });

      if (then === undefined) await under.redis.del(key);
      else await under.redis.set(key, then);
      start();
      await queue.request([key]);
      await isStored(shown);
    });
  });

  it('after a dead letter: the letter is there once, and so are its neighbors', async () => {
    await withQueue('dead letter', async ({ queue, start }) => {
      const key = 'poisoned';
      await under.redis.xadd(key, '1-0', 'v', 'before');
      await under.redis.xadd(key, '2-0', 'v', Buffer.alloc(17_000_000, 'z'));
      await under.redis.xadd(key, '3-0', 'v', 'after');
      const dying = start('after-dead-letter:1');
      await queue.schedulers.set([key], 500);
      expect((await dying.ended).signal).toBe('SIGKILL');
      expect(await position(key)).toBeUndefined();

      start();
      await isDrained(key, '3-0');
      expect((await under.messages(key)).map(({ entryId }) => entryId)).toEqual(['1-0', '3-0']);
      expect(await under.db.collection('dead_letters').countDocuments()).toBe(1);
      expect((await under.state(key)).counts).toMatchObject({ seen: 3, dead: 1 });
    });
  });
});

describe('a worker that was held up', () => {
  it('and comes back after another one has finished its key neither loses nor doubles anything', async () => {
    const key = 'zombie';
    const ids = await fill(key, 8_000);
    const zombie = start();
    await queue.schedulers.set([key], 500);
    await vi.waitFor(async () => expect(await position(key)).toBeDefined(), { timeout: 60_000, interval: 5 });
    zombie.process.kill('SIGSTOP');
    try {
      const held = await position(key);
      expect(held).not.toBe(ids.at(-1));
      start();
      await isDrained(key, ids.at(-1) ?? '');
    } finally {
      zombie.process.kill('SIGCONT');
    }
    const { revision } = await under.state(key);
    // The zombie has gone on once it answers; whatever it still wrote was there already.
    expect(await zombie.stop()).toBe(0);
    expect(zombie.output()).not.toMatch(/REDIS_UNKNOWN|MONGO_UNKNOWN/);
    expect((await under.messages(key)).map(({ entryId }) => entryId)).toEqual(ids);
    const state = await under.state(key);
    expect(state.revision).toBe(revision);
    expect(state.counts.seen).toBe(8_000);
    expect(addsUp(state)).toBe(true);
    await queue.schedulers.removeOf([key]);
  });
});

describe('what a worker counts', () => {
  it('shows in its metrics and its log: entries, dead letters, gaps', async () => {
    const key = 'counted';
    await fill(key, 10);
    const worker = start();
    await queue.request([key]);
    await isDrained(key, '10-0');
    await under.redis.xadd(key, '11-0', 'v', 'lost');
    await under.redis.xadd(key, '12-0', 'v', Buffer.alloc(17_000_000, 'z'));
    await under.redis.xdel(key, '11-0');
    await queue.request([key]);
    await isDrained(key, '12-0');
    // The reported counts follow the position.
    await vi.waitFor(
      () => {
        expect(worker.output()).toMatch(/dead letters.*"dead":1/);
        expect(worker.output()).toMatch(/gap: Redis dropped entries before they were read.*"entries":1/);
      },
      { timeout: 20_000 },
    );
    const address = /"http":"([^"]+)"/.exec(worker.output())?.[1];
    const metrics = await (await fetch(`${address}/metrics`)).text();
    const value = (name: string) =>
      Number(new RegExp(`^r2m_${name}\\{[^}]*stream[^}]*\\} (.+)$`, 'm').exec(metrics)?.[1]);
    expect(value('entries_read_total')).toBe(11);
    expect(value('entries_written_total')).toBe(10);
    expect(value('dead_letters_total')).toBe(1);
    expect(value('gap_entries_total')).toBe(1);
  });
});

describe('a worker that receives a stop signal', () => {
  it('by SIGTERM finishes its slices, and ends with code 0', async () => {
    const key = 'graceful';
    const ids = await fill(key, 3000);
    const first = start();
    await queue.schedulers.set([key], 500);
    await vi.waitFor(async () => expect(await position(key)).toBeDefined(), { timeout: 60_000 });
    expect(await first.stop()).toBe(0);
    const saved = Number.parseInt((await position(key)) ?? '0', 10);
    // Nothing was written ahead of the position: what it read, it finished.
    expect(await under.db.collection('stream_messages').countDocuments({ stream: key })).toBe(saved);

    start();
    await isDrained(key, ids.at(-1) ?? '');
    expect(await under.messages(key)).toHaveLength(3000);
    expect((await under.state(key)).counts.alreadyThere).toBe(0);
    await queue.schedulers.removeOf([key]);
  });
});

describe('a worker whose servers come and go', () => {
  it('goes on after Redis was killed and restarted', async () => {
    const key = 'redis-restarted';
    const ids = await fill(key, 500);
    const worker = start();
    await queue.schedulers.set([key], 500);
    await isDrained(key, ids.at(-1) ?? '');
    await under.namespace.redis.restart();
    await under.redis.xadd(key, '9000-0', 'n', 'later');
    await isDrained(key, '9000-0');
    expect(await under.messages(key)).toHaveLength(501);
    expect(worker.process.exitCode).toBeNull();
    await queue.schedulers.removeOf([key]);
  });
});
