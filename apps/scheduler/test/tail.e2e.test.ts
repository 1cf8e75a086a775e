import { type AppProcess, fleetForTests, metricsOf, until } from '@redis-to-mongo/test-kit';
import type { Document } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';

const fleet = fleetForTests();

// A test that fails leaves its writer to this: the next one has streams of its own.
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const KEYS = Array.from({ length: 10 }, (_, i) => `busy:${i}`);

/** Writes to all streams in turn, an entry every 5 ms, until it is stopped; then returns how many each has got. */
function writer(keys = KEYS) {
  let isStopped = false;
  const run = async () => {
    let written = 0;
    for (; !isStopped || written % keys.length !== 0; written++) {
      await fleet.redis.xadd(keys[written % keys.length] ?? '', '*', 'n', String(written));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return written / keys.length;
  };
  const writing = run();
  const stop = async () => {
    isStopped = true;
    return await writing;
  };
  stops.push(stop);
  return { stop };
}

async function tailedBy(app: AppProcess): Promise<number> {
  return (await metricsOf(app))('tailed_streams') ?? 0;
}

/** Each entry is there once, and was counted once. */
async function expectMirrored(entries: number, keys = KEYS): Promise<void> {
  await until(async () => {
    const documents = await fleet.db
      .collection<{ _id: string } & Document>('keys')
      .find({ _id: { $in: keys } })
      .toArray();
    expect(documents).toHaveLength(keys.length);
    for (const { counts, lag, incarnation } of documents) {
      expect({ incarnation, lag, seen: counts.seen, sum: counts.written + counts.alreadyThere }).toEqual({
        ...{ incarnation: 1, lag: 0, seen: entries, sum: entries },
      });
    }
  });
  for (const key of keys) expect(await fleet.entries(key)).toBe(entries);
}

it('streams that change often are read by tailing, far more often than by jobs', async () => {
  fleet.scheduler();
  const worker = fleet.worker();
  const writing = writer();
  await until(async () => expect(await tailedBy(worker)).toBe(KEYS.length));
  const jobsOf = async () => {
    const value = await metricsOf(worker);
    const jobs = ['synced', 'unchanged', 'busy', 'overtaken'].map(
      (outcome) => value(`jobs_total{outcome="${outcome}"`) ?? 0,
    );
    return { polls: value('tail_polls_total') ?? 0, jobs: jobs.reduce((sum, count) => sum + count, 0) };
  };
  const before = await jobsOf();
  await until(async () => expect((await jobsOf()).polls).toBeGreaterThan(before.polls + 500));
  const after = await jobsOf();
  expect(after.jobs - before.jobs).toBeLessThan((after.polls - before.polls) / 5);
  await expectMirrored(await writing.stop());
  await until(async () => expect(await tailedBy(worker)).toBe(0));
});

describe.each(['SIGKILL', 'SIGSTOP', 'SIGTERM'] as const)(
  'a worker that tails streams and gets %s',
  (signal) => {
    it('loses and doubles nothing: another worker goes on', async () => {
      fleet.scheduler();
      const first = fleet.worker();
      const writing = writer();
      await until(async () => expect(await tailedBy(first)).toBe(KEYS.length));
      const second = fleet.worker();
      await until(() => expect(second.output()).toContain('worker started'));
      first.kill(signal);
      await until(async () => expect(await tailedBy(second)).toBe(KEYS.length));
      first.kill('SIGCONT');
      await expectMirrored(await writing.stop());
      await until(async () => expect(await fleet.queue.due.overdue(0, 100)).toEqual([]));
    });
  },
);

it('a stream is tailed no longer once it is paused, and the others are', async () => {
  const [paused = '', ...others] = KEYS;
  fleet.scheduler();
  const worker = fleet.worker();
  const writing = writer();
  await until(async () => expect(await tailedBy(worker)).toBe(KEYS.length));
  await fleet.pause(paused);
  await until(async () =>
    expect((await metricsOf(worker))('jobs_total{outcome="paused"')).toBeGreaterThan(0),
  );
  const then = await fleet.entries(paused);
  await expectMirrored(await writing.stop(), others);
  expect(await fleet.entries(paused)).toBe(then);
});
