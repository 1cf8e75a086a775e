import { describe, expect, it, vi } from 'vitest';
import { JobQueue, JobWorker, KEYS_PER_JOB, type RunKeys, type ScheduleChange } from '../src/index.js';
import { queueUnderTest } from './queue-under-test.js';

const on = queueUnderTest('requests');
const until = { timeout: 30_000, interval: 20 };

function workerOf(run: RunKeys, failures: unknown[] = []): JobWorker {
  const worker = new JobWorker(on.settings, run, {
    concurrency: 4,
    onError: on.onError,
    onFailed: (key, error) => void failures.push([key, error.message]),
    onRefused: on.onError,
    retryLater: (keys) => on.queue.due.retry(keys),
  });
  void worker.run();
  return worker;
}

describe('keys that are requested', () => {
  it('share jobs, and are due', async () => {
    const keys = Array.from({ length: KEYS_PER_JOB + 4 }, (_, i) => `key:${i}`);
    await on.queue.request(keys);
    expect(await on.waiting()).toEqual([keys.slice(0, KEYS_PER_JOB), keys.slice(KEYS_PER_JOB)]);
    expect(await on.queue.depth()).toMatchObject({ due: keys.length, waiting: 2 });
    expect((await on.queue.due.overdue(0, 1000)).sort()).toEqual([...keys].sort());
  });

  it('with very long names come few in a job: hundreds of jobs that have ended are kept', async () => {
    const keys = Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(20_000, 'x'));
    await on.queue.request([...keys, 'x'.repeat(200_000), 'short']);
    expect((await on.waiting()).map((job) => job.length)).toEqual([3, 3, 3, 3, 3, 3, 2, 1, 1]);
  });

  it('have been due for as long as their changes were heard of', async () => {
    await on.queue.due.request(['old', 'older'], true, 7_000);
    await on.queue.request(['new', 'old']);
    expect(await on.waiting()).toEqual([['old', 'older'], ['new']]);
    expect((await on.queue.due.overdue(6_000, 10)).sort()).toEqual(['old', 'older']);
    expect((await on.queue.depth()).dueMs).toBeGreaterThanOrEqual(7_000);
  });

  it('get no second job while they are due', async () => {
    await on.queue.request(['a', 'b']);
    await on.queue.request(['b', 'c']);
    await on.queue.request(['a', 'b', 'c']);
    expect(await on.waiting()).toEqual([['a', 'b'], ['c']]);
  });

  it('while they are worked on are found by the end of their run', async () => {
    const { granted } = await on.mine.claim(['a']);
    await on.queue.request(['a']);
    expect(await on.waiting()).toEqual([]);
    expect(granted[0] && (await on.mine.end(granted[0], 'done'))).toBe('due');
    await on.queue.due.addJobs(['a']);
    expect(await on.waiting()).toEqual([['a']]);
  });

  it('are overdue where their job could not be added, also those that someone else has requested meanwhile', async () => {
    const id = on.queue.forBoard().toKey('id');
    await on.redis.set(id, 'no number');
    const failed = on.queue.request(['a']).catch(() => 'failed');
    const other = new JobQueue(on.settings, on.onError);
    await vi.waitFor(async () => expect(await other.due.among(['a'])).toContain('a'), until);
    await other.request(['a']); // a change, and nobody requests it again
    expect(await failed).toBe('failed');
    await other.close();
    await on.redis.del(id);
    expect(await on.queue.due.overdue(0, 10)).toEqual(['a']);
    await on.queue.due.retry(['a'], 0);
    expect(await on.waiting()).toEqual([['a']]);
  });

  it('fare each on its own: the one that fails is tried again alone, at most once at a time', async () => {
    const ran: string[] = [];
    const failures: unknown[] = [];
    await on.queue.request(['good', 'bad', 'fine']);
    const worker = workerOf(async (keys) => {
      ran.push(...keys);
      const fails = keys.includes('bad') && ran.filter((name) => name === 'bad').length <= 2;
      return new Map(fails ? [['bad', new Error('not now')]] : []);
    }, failures);
    try {
      await vi.waitFor(() => expect(ran.filter((key) => key === 'bad')).toHaveLength(3), until);
      await vi.waitFor(
        async () => expect(await on.queue.depth()).toMatchObject({ active: 0, delayed: 0 }),
        until,
      );
    } finally {
      await worker.close();
    }
    expect(ran.slice(0, 3).sort()).toEqual(['bad', 'fine', 'good']);
    expect(ran.slice(3)).toEqual(['bad', 'bad']);
    expect(failures).toEqual([
      ['bad', 'not now'],
      ['bad', 'not now'],
    ]);
    expect(await on.queue.forBoard().getFailedCount()).toBe(0);
  });

  it('are still heard after the server has forgotten all scripts', async () => {
    await on.queue.request(['a']);
    await on.redis.script('FLUSH');
    await on.queue.request(['b']);
    expect(await on.mine.claim(['a'])).toMatchObject({ granted: [{ key: 'a' }] });
    expect(await on.queue.due.overdue(0, 10)).toEqual(['b']);
  });
});

describe('job schedulers', () => {
  it('are listed page by page with their keys, and by key', async () => {
    await on.queue.schedulers.set(['a', 'b', 'c'], 3_600_000);
    const all = [...(await on.queue.schedulers.page(0, 2)), ...(await on.queue.schedulers.page(2, 2))];
    expect(all.map(({ key }) => key).sort()).toEqual(['a', 'b', 'c']);
    expect(await on.queue.schedulers.of(['b', 'x'])).toMatchObject([
      { key: 'b', everyMs: 3_600_000 },
      undefined,
    ]);
    await on.queue.schedulers.removeOf(['b']);
    expect(await on.queue.schedulers.count()).toBe(2);
  });

  it('that only are late have not stopped', async () => {
    await on.queue.schedulers.set(['late', 'stopped'], 3_600_000);
    const repeat = on.queue.forBoard().toKey('repeat');
    for (const { id, key, next } of await on.queue.schedulers.page(0, 10)) {
      const past = Date.now() - 60_000;
      if (key === 'late') await on.redis.rename(`${repeat}:${id}:${next}`, `${repeat}:${id}:${past}`);
      await on.redis.zadd(repeat, past, id);
    }
    expect(await on.queue.schedulers.stopped(100)).toMatchObject([{ key: 'stopped' }]);
  });
});

it('what workers report of created and deleted keys is taken again until it is settled', async () => {
  await on.queue.changes.add([
    { key: 'a', is: 'present' },
    { key: 'b', is: 'gone' },
  ]);
  await on.queue.changes.add([{ key: 'a b', is: 'paused' }]);
  await on.queue.changes.add([{ key: 'b', is: 'gone' }]);
  const all: ScheduleChange[] = [
    { key: 'a', is: 'present' },
    { key: 'a b', is: 'paused' },
    { key: 'b', is: 'gone' },
  ];
  const take = async (limit: number) =>
    (await on.queue.changes.take(limit)).toSorted((x, y) => (x.key < y.key ? -1 : 1));
  const two = await take(2);
  expect(two).toHaveLength(2);
  expect(await take(10)).toEqual(two); // the scheduler that took them has died
  expect(await on.queue.changes.count()).toBe(3);
  await on.queue.changes.add(two); // they are reported again while they are carried out
  await on.queue.changes.settle(two);
  expect(await take(10)).toEqual(all);
  await on.queue.changes.settle(all);
  expect(await take(10)).toEqual([]);
  expect(await on.queue.changes.count()).toBe(0);
});

it('however many there are, each taking gets on with them', async () => {
  const keys = Array.from({ length: 25_000 }, (_, i) => `key:${i}`);
  await on.queue.changes.add(keys.map((key) => ({ key, is: 'present' })));
  const taken = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const some = await on.queue.changes.take(500);
    expect(some).toHaveLength(500);
    for (const { key } of some) taken.add(key);
    await on.queue.changes.settle(some);
  }
  expect(taken.size).toBe(25_000);
});

it('keys that are due for long do not hide the others, however often they are asked for', async () => {
  await on.queue.request(Array.from({ length: 30 }, (_, i) => `fails:${i}`));
  await on.queue.request(['behind them']);
  await expect
    .poll(() => on.queue.due.overdue(0, 10), { timeout: 20_000, interval: 1 })
    .toContain('behind them');
  expect(await on.queue.due.overdue(0, 10)).toHaveLength(10);
});

it('keys that a server whose clock was ahead has noted as due are overdue soon, not after as long', async () => {
  await on.redis.zadd('{requests}:due', Date.now() + 3_600_000, 'early');
  await on.queue.request(['early']);
  expect(await on.waiting()).toEqual([]);
  await expect.poll(() => on.queue.due.overdue(1, 10), { timeout: 20_000 }).toEqual(['early']);
  await expect.poll(async () => (await on.queue.depth()).dueMs, { timeout: 20_000 }).toBeGreaterThan(0);
});

it('a retry that a process with a wrong clock has put off for a day is run, once the key is overdue; others keep their backoff', async () => {
  await on.queue.request(['misplaced', 'in time']);
  await on.queue.forBoard().drain();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
  try {
    await on.queue.due.retry(['misplaced']);
  } finally {
    vi.useRealTimers();
  }
  await on.queue.due.retry(['in time'], 30_000);
  await on.queue.due.retry(['misplaced', 'in time'], 0); // as the scheduler does with keys that are overdue
  expect(await on.waiting()).toEqual([['misplaced']]);
  expect(await on.queue.depth()).toMatchObject({ waiting: 1, delayed: 1 });
});

it('a retry that is nowhere, as where a server refuses XADD in the middle of a script, is added again; one that waits is not', async () => {
  const board = on.queue.forBoard();
  await on.queue.due.retry(['nowhere', 'waits'], 0);
  const [lost] = await board.getWaiting(0, 0);
  await on.redis.lrem(board.toKey('wait'), 0, String(lost?.id));
  await on.queue.due.retry(['nowhere', 'waits'], 0);
  expect(await on.waiting()).toEqual([['waits'], ['nowhere']]);
  expect(await on.redis.exists(board.toKey(String(lost?.id)))).toBe(0);
});

it('retries are looked for in each list of jobs once, however many keys are overdue: it holds up the server', async () => {
  const keys = Array.from({ length: 200 }, (_, i) => `overdue:${i}`);
  await on.queue.due.retry(keys);
  for (const job of await on.queue.forBoard().getDelayed()) await job.promote();
  await on.redis.config('RESETSTAT');
  await on.queue.due.retry(keys, 0);
  const stats = await on.redis.info('commandstats');
  const calls = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1]);
  expect(calls('lrange')).toBe(3);
  expect(calls('lpos')).toBeLessThanOrEqual(keys.length); // BullMQ's own
  expect(await on.waiting()).toEqual(keys.map((key) => [key]));
});

it('jobs that a process with a wrong clock has run do not say how late jobs are', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
  await on.queue.request(['a']);
  const worker = workerOf(async () => new Map());
  try {
    await vi.waitFor(
      async () => expect(await on.queue.forBoard().getJobCounts('completed')).toEqual({ completed: 1 }),
      until,
    );
  } finally {
    vi.useRealTimers();
    await worker.close();
  }
  expect((await on.queue.facts()).usualMs).toBeNull();
});
