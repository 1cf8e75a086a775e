import type { ScheduleChange } from '@redis-to-mongo/job-queue';
import { recordError } from '@redis-to-mongo/mongo-sink';
import { SyncError } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { afterEach, describe, expect, it } from 'vitest';
import { jobsUnderTest } from './job-under-test.js';

const on = jobsUnderTest();
type Stored = { _id: string; value?: unknown };
const SOURCE = { readEntries: 1_000, readBytes: 1 << 20, direct: undefined };

/** A worker of all types that these tests use. */
async function worker() {
  return await on.worker({
    source: redisSource(on.under.redis, ['stream', 'set', 'hash', 'string'], SOURCE),
  });
}

const changes = async (): Promise<ScheduleChange[]> => {
  const taken = await on.queue.changes.take(1_000);
  await on.queue.changes.settle(taken);
  return taken.toSorted((a, b) => (a.key < b.key ? -1 : 1));
};

afterEach(async () => {
  await on.under.redis.flushall();
  await on.under.db.dropDatabase();
});

describe('a job of many keys', () => {
  it('reports created and deleted streams and sets to the scheduler, and of nothing else', async () => {
    const { redis } = on.under;
    const job = (await worker()).job();
    const keys = ['a-set', 'a-stream', 'a-string', 'b-hash', 'b-set'];
    await redis.sadd('a-set', '1');
    await redis.xadd('a-stream', '1-0', 'n', '1');
    await redis.set('a-string', 'text');
    await redis.hset('b-hash', 'n', '1');
    await redis.sadd('b-set', '1');
    await job(keys);
    expect(await changes()).toEqual(['a-set', 'a-stream', 'b-set'].map((key) => ({ key, is: 'present' })));
    await job(keys);
    expect(await changes()).toEqual([]);

    await redis.del('a-set', 'a-stream', 'a-string', 'b-hash', 'b-set');
    await redis.set('a-set', 'now a string');
    await redis.sadd('b-hash', 'now a set');
    await job(keys);
    expect(await changes()).toEqual([
      { key: 'a-set', is: 'gone' },
      { key: 'a-stream', is: 'gone' },
      { key: 'b-hash', is: 'present' },
      { key: 'b-set', is: 'gone' },
    ]);
  });

  it('reports what a run that died had saved, but not reported', async () => {
    const { redis } = on.under;
    const job = (await worker()).job();
    const keys = ['a-set', 'a-stream', 'a-string', 'gone-set'];
    await redis.sadd('a-set', '1');
    await redis.xadd('a-stream', '1-0', 'n', '1');
    await redis.set('a-string', 'text');
    await redis.sadd('gone-set', '1');
    await job(keys);
    await redis.del('gone-set');
    await job(keys);
    await changes(); // the reports were lost with the worker
    await on.queue.schedulers.set(['gone-set'], 3_600_000);
    for (const key of keys)
      await redis.hset(`{${on.settings().prefix}}:claims`, key, `dead run 1 ${Date.now()} 0 0`);
    await job(keys);
    expect(await changes()).toEqual([
      { key: 'a-set', is: 'present' },
      { key: 'a-stream', is: 'present' },
      { key: 'gone-set', is: 'gone' },
    ]);
    await on.queue.schedulers.removeOf(['gone-set']);
    await job(keys);
    expect(await changes()).toEqual([]);
  });

  it('reports a key with a job scheduler that was deleted before its first run', async () => {
    const job = (await worker()).job();
    await on.queue.schedulers.set(['was here', 'also'], 3_600_000);
    await job(['was here', 'never was']);
    expect(await changes()).toEqual([{ key: 'was here', is: 'gone' }]);
    await on.queue.schedulers.removeOf(['was here', 'also']);
  });

  it('tries a quarantined key again until that is recorded', async () => {
    const { redis } = on.under;
    const { job } = await worker();
    const claim = `dead run 3 ${Date.now()} 0 0`;
    const recorded: string[] = [];
    for (const isAway of [true, false]) {
      await redis.hset(`{${on.settings().prefix}}:claims`, 'poison', claim);
      await on.queue.request(['poison']);
      const record = async (key: string) => {
        if (isAway) throw new Error('MongoDB is away');
        recorded.push(key);
      };
      await job({ recordError: record })(['poison']);
      const again = (await on.queue.forBoard().getJobs(['delayed'])).map(({ data }) => data.keys);
      expect(again).toEqual([['poison']]);
      expect(recorded).toEqual(isAway ? [] : ['poison']);
    }
    expect(await on.queue.dueCount()).toBe(0);
  });

  it('hands on what was done, and fails, when the end of a claim could not be sent', async () => {
    const { redis } = on.under;
    const { claims, job } = await worker();
    const keys = Array.from({ length: 1_200 }, (_, i) => `set:${i}`);
    for (const key of keys) await redis.sadd(key, '1');
    let settled = 0;
    const endAll = claims.endAll.bind(claims);
    claims.endAll = async (ends) => {
      const isFirst = settled === 0;
      settled += ends.length;
      if (isFirst) throw new Error('the queue is away');
      return await endAll(ends);
    };
    await expect(job()(keys)).rejects.toThrow('the queue is away');
    expect(settled).toBe(1_200);
    expect(await on.queue.changes.take(10_000)).toHaveLength(1_200);
    expect(await on.under.db.collection('sets').countDocuments()).toBe(1_200);
  });

  it.each(['a string', 'a set', 'a hash'])('takes the error off %s that has not changed', async (key) => {
    const { redis, db } = on.under;
    if (key === 'a string') await redis.set(key, 'text');
    else if (key === 'a set') await redis.sadd(key, '1');
    else await redis.hset(key, 'n', '1');
    const job = (await worker()).job();
    await job([key]);
    expect(await recordError(db, key, new SyncError('UNEXPECTED', 'unknown', 'it failed'))).toBe(true);
    expect(await on.under.state(key)).toMatchObject({ lastError: { code: 'UNEXPECTED' } });
    await job([key]);
    expect(await on.under.state(key)).toMatchObject({ lastError: null });
  });
});

it('a value that was another one for a moment, while a failover of the queue lost the claim of a run: the mirror has it in the end', async () => {
  const { redis, db } = on.under;
  const source = redisSource(redis, ['string'], SOURCE);
  const first = await on.worker({ source });
  const second = await on.worker({ source });
  await redis.set('flag', 'on');
  await first.job()(['flag']);
  await redis.set('flag', 'off');
  const slow = await on.worker({
    source,
    at: async (step) => {
      if (step !== 'after-read') return;
      await redis.del(`{${on.settings().prefix}}:claims`);
      await redis.set('flag', 'on');
      await second.job()(['flag']);
    },
  });
  await slow.job()(['flag']);
  const value = async () => (await db.collection<Stored>('strings').findOne({ _id: 'flag' }))?.value;
  expect(await value()).toBe('off');
  expect(await on.queue.due.overdue(0, 10)).toEqual(['flag']);
  await first.job()(['flag']);
  expect(await value()).toBe('on');
});
