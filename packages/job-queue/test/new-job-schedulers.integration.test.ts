import { Queue } from 'bullmq';
import { describe, expect, it, vi } from 'vitest';
import { JobQueue, JobWorker, type QueueSettings, queueTelemetry, type RunKeys } from '../src/index.js';
import type { JobData } from '../src/job-data.js';
import { jobName } from '../src/job-name.js';
import { KEEP } from '../src/kept-jobs.js';
import { makeNewSchedulers } from '../src/new-job-schedulers.js';
import { keyPrefix } from '../src/queue-settings.js';
import { keyHash, phaseMs } from '../src/scheduler-id.js';
import { queueUnderTest } from './queue-under-test.js';

const on = queueUnderTest('new-schedulers');
const until = { timeout: 30_000, interval: 20 };
const HOUR = 3_600_000;

/** Names that are to be escaped in JSON, or that Lua's own encoder would escape in another way. */
const KEYS = [
  'orders:info:tags',
  'a/b',
  '',
  'with "quotes" \\ and\nlines',
  'é 🔑',
  '%d %s',
  'x'.repeat(5_000),
];
const MANY = Array.from({ length: 300 }, (_, i) => `set:${i}`);

/** A job scheduler as BullMQ makes it of the fleet's options. */
async function byBullMq(queue: Queue<JobData>, key: string, everyMs: number): Promise<void> {
  const id = keyHash(key);
  const schedule = { every: everyMs, offset: phaseMs(id, everyMs) };
  await queue.upsertJobScheduler(id, schedule, { name: jobName([key]), data: { keys: [key] }, opts: KEEP });
}

/** All that a queue has in Redis, but its events and their bound: by name without the prefix, with type, time to live and content. */
async function contentOf(queue: Queue<JobData>): Promise<Record<string, unknown>> {
  const start = queue.toKey('');
  const names = (await on.redis.keys(`${start}*`)).sort();
  const all: Record<string, unknown> = {};
  for (const name of names) {
    if (name === queue.toKey('events') || name === queue.toKey('meta')) continue;
    const type = await on.redis.type(name);
    const content =
      type === 'hash'
        ? fieldsOf(await on.redis.hgetall(name))
        : type === 'zset'
          ? scoresOf(await on.redis.zrange(name, '0', '-1', 'WITHSCORES'), name === queue.toKey('delayed'))
          : await on.redis.dump(name);
    all[name.slice(start.length)] = { type, ttl: await on.redis.pttl(name), content };
  }
  return all;
}

/** Members and their scores; of delayed jobs, only the ms, without the order within one. */
function scoresOf(reply: string[], areDelayed: boolean): Record<string, number> {
  const members = Array.from({ length: reply.length / 2 }, (_, i) => [
    reply[2 * i],
    Number(reply[2 * i + 1]),
  ]);
  return Object.fromEntries(
    members.map(([member, score]) => [member, areDelayed ? Math.floor(Number(score) / 4_096) : score]),
  );
}

/** JSON, without regard to the order of its fields. */
function fieldsOf({ opts, ...others }: Record<string, string>): Record<string, unknown> {
  return { ...others, opts: opts && JSON.parse(opts) };
}

/** All job schedulers are made in the same moment. */
async function inOneMoment(run: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    await run();
  } finally {
    vi.useRealTimers();
  }
}

async function withTheirs(run: (theirs: Queue<JobData>) => Promise<void>): Promise<void> {
  const options = { connection: on.redis, prefix: keyPrefix(on.settings), skipMetasUpdate: true };
  const theirs = new Queue<JobData>('theirs', options);
  await run(theirs).finally(() => theirs.close());
}

describe('new job schedulers that are made by one command', () => {
  it.each([HOUR, 24 * HOUR, 7 * 24 * HOUR, 1_009])(
    'leave in Redis what BullMQ’s own leave there, every %i ms',
    async (everyMs) => {
      const queue = on.queue.forBoard();
      const keys = [...KEYS, ...MANY].filter((key) => phaseMs(keyHash(key), everyMs) > 0);
      await withTheirs(async (theirs) => {
        await inOneMoment(async () => {
          await Promise.all(keys.map((key) => byBullMq(theirs, key, everyMs)));
          expect(await makeNewSchedulers(queue, on.redis, keys, everyMs)).toEqual([]);
        });
        const expected = await contentOf(theirs);
        expect(Object.keys(expected)).toHaveLength(2 * keys.length + 4);
        expect(await contentOf(queue)).toEqual(expected);
      });
    },
  );

  it('do not replace what is there: BullMQ changes it, as it always did', async () => {
    const queue = on.queue.forBoard();
    const [known = '', other = '', left = '', fresh = ''] = MANY;
    await inOneMoment(async () => {
      await withTheirs(async (theirs) => {
        for (const each of [queue, theirs]) {
          for (const [key, everyMs] of [
            [known, HOUR],
            [other, 2 * HOUR],
            [left, HOUR],
          ] as const)
            await byBullMq(each, key, everyMs);
          // The job of a job scheduler that is gone.
          await on.redis.zrem(each.toKey('repeat'), keyHash(left));
          await on.redis.del(each.toKey(`repeat:${keyHash(left)}`));
        }
        const keys = [known, other, left, fresh];
        await on.queue.schedulers.set(keys, HOUR);
        for (const key of keys) await byBullMq(theirs, key, HOUR);
        expect(await contentOf(queue)).toEqual(await contentOf(theirs));
        expect(await makeNewSchedulers(queue, on.redis, keys, HOUR)).toEqual(keys);
      });
    });
  });

  it('run again and again, are listed by Bull Board’s calls, and are removed with their jobs', async () => {
    const [key = ''] = KEYS;
    const queue = on.queue.forBoard();
    expect(await makeNewSchedulers(queue, on.redis, [key], 500)).toEqual([]);
    expect(await queue.getJobSchedulers()).toMatchObject([
      { key: keyHash(key), name: key, every: 500, iterationCount: 1, template: { data: { keys: [key] } } },
    ]);
    expect(await queue.getJobs(['delayed'])).toMatchObject([{ name: key, data: { keys: [key] } }]);
    const ran: string[] = [];
    const worker = workerOf(on.settings, ran);
    try {
      await vi.waitFor(() => expect(ran.length).toBeGreaterThanOrEqual(3), until);
      expect(new Set(ran)).toEqual(new Set([key]));
      await on.queue.schedulers.removeOf([key]);
    } finally {
      await worker.close();
    }
    expect(await on.queue.schedulers.count()).toBe(0);
    expect(await on.queue.depth()).toMatchObject({ delayed: 0, waiting: 0, active: 0, failed: 0 });
  });

  it('are left to BullMQ where jobs are traced, or their first run is now', async () => {
    const queue = on.queue.forBoard();
    expect(await makeNewSchedulers(queue, on.redis, MANY, 1)).toEqual(MANY);
    const traced = new JobQueue(on.settings, on.onError, await queueTelemetry());
    try {
      expect(await makeNewSchedulers(traced.forBoard(), on.redis, MANY, HOUR)).toEqual(MANY);
    } finally {
      await traced.close();
    }
    expect(await on.queue.schedulers.count()).toBe(0);
  });
});

function workerOf(settings: QueueSettings, ran: string[]): JobWorker {
  const run: RunKeys = async (keys) => {
    ran.push(...keys);
    return new Map();
  };
  const worker = new JobWorker(settings, run, {
    concurrency: 1,
    onError: on.onError,
    onFailed: () => {},
    onRefused: on.onError,
    retryLater: (keys) => on.queue.due.retry(keys),
  });
  void worker.run();
  return worker;
}
