import { expect, it, vi } from 'vitest';
import { type Heartbeat, HeartbeatSender } from '../src/index.js';
import { queueUnderTest } from './queue-under-test.js';

const on = queueUnderTest('heartbeats');
const onError = (error: unknown) => expect(error).toBeUndefined();
const KEY = '{heartbeats}:heartbeats';

const ABOUT = {
  host: 'h1',
  pid: 7,
  version: '1.0.0',
  uptimeSec: 60,
  memoryBytes: 1 << 20,
  eventLoopLagMs: 3,
};
const WORKER: Heartbeat = {
  app: 'worker',
  state: 'active',
  about: ABOUT,
  work: { jobs: 2, entriesPerSec: 10.5, keysPerSec: 1 },
};

/** Takes a process' last heartbeat so many ms back. */
async function ageBy(ms: number): Promise<void> {
  for (const [id, beat] of Object.entries(await on.redis.hgetall(KEY)))
    await on.redis.hset(
      KEY,
      id,
      beat.replace(/^\d+/, (at) => String(Number(at) - ms)),
    );
}

it('a process is listed with all that it reports', async () => {
  const heart = new HeartbeatSender(on.queue, () => WORKER, onError);
  await vi.waitFor(
    async () =>
      expect(await on.queue.processes()).toEqual([
        { ...WORKER, id: expect.any(String), silentMs: expect.any(Number), is: 'alive' },
      ]),
    { timeout: 20_000 },
  );
  await heart.close();
});

it('one that has ended, or fell silent, counts as ended and is listed for ten minutes', async () => {
  const heart = new HeartbeatSender(on.queue, () => WORKER, onError);
  await vi.waitFor(async () => expect(await on.queue.workerCount()).toBe(1), { timeout: 20_000 });
  await heart.close();
  expect(await on.queue.processes()).toMatchObject([{ ...WORKER, is: 'ended' }]);
  expect(await on.queue.facts()).toMatchObject({ processes: [], left: [{ is: 'ended' }] });
  await on.queue.beat('silent', WORKER);
  await ageBy(11_000);
  expect((await on.queue.facts()).left).toMatchObject([{ id: 'silent', is: 'dead' }]);
  expect((await on.queue.processes()).map(({ is }) => is).sort()).toEqual(['dead', 'ended']);
  expect(await on.queue.workerCount()).toBe(0);
  await ageBy(600_000);
  await on.queue.beat('another', { app: 'scheduler', state: 'standby' });
  expect(await on.queue.processes()).toMatchObject([{ id: 'another', is: 'alive' }]);
});

it('one that died before the clock of the queue’s Redis was set back counts as dead no later than others', async () => {
  const asListed = async () => (await on.queue.processes()).map(({ id, is }) => ({ id, is }));
  for (const isRead of [true, false]) {
    await on.queue.beat('died', WORKER);
    await ageBy(-86_400_000);
    if (isRead) expect(await asListed()).toEqual([{ id: 'died', is: 'alive' }]);
    else await on.queue.beat('other', WORKER);
    await ageBy(11_000);
    expect((await asListed()).map(({ is }) => is)).toEqual(isRead ? ['dead'] : ['dead', 'dead']);
    expect(await on.queue.workerCount()).toBe(0);
  }
});

it.each([
  ['no JSON', 'nonsense'],
  ['of another app', '{"app":"dashboard","state":"active"}'],
  ['with facts of another kind', '{"app":"worker","state":"active","about":{"host":1}}'],
  ['with half of the facts', '{"app":"worker","state":"active","work":{"jobs":1}}'],
  ['with no object', '{"app":"worker","state":"active","about":null}'],
])('a heartbeat is passed over: %s', async (_what, text) => {
  await on.redis.hset(KEY, 'odd', `${Date.now()} ${text}`);
  expect(await on.queue.processes()).toEqual([]);
});

it('a process whose clock is wrong reports by how much, and jobs are as late as the queue’s Redis says', async () => {
  await on.queue.request(['orders']);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
  const often = {
    deadAfterMs: 100,
    beat: (id: string, heartbeat: Heartbeat) => on.queue.beat(id, heartbeat),
    endHeartbeat: (id: string) => on.queue.endHeartbeat(id),
  };
  const heart = new HeartbeatSender(often, () => WORKER, onError);
  try {
    await vi.waitFor(
      async () => {
        const [process] = await on.queue.processes();
        expect(Math.round((process?.clockAheadMs ?? 0) / 3_600_000)).toBe(24);
      },
      { timeout: 20_000 },
    );
    expect((await on.queue.facts()).waitingMs).toBeLessThan(60_000);
  } finally {
    vi.useRealTimers();
    await heart.close();
  }
});

it('one of an earlier version, which reports less, is listed', async () => {
  await on.redis.hset(KEY, 'old', `${Date.now()} {"app":"worker","state":"active"}`);
  expect(await on.queue.processes()).toMatchObject([{ app: 'worker', is: 'alive' }]);
});

it('however long a process may be silent, it reports every two seconds', async () => {
  let beats = 0;
  const queue = { deadAfterMs: 600_000, beat: async () => ++beats, endHeartbeat: async () => {} };
  const heart = new HeartbeatSender(queue, () => WORKER, onError);
  await vi.waitFor(() => expect(beats).toBe(2), { timeout: 20_000 });
  await heart.close();
});
