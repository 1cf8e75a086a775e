import { startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { fleetForTests, metricsOf, prints, until } from '@redis-to-mongo/test-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { commandOn, untilVerdict, verdictOn } from './verdict-under-test.js';

const fleet = fleetForTests();
afterEach(async () => {
  await fleet.queueRedis.config('SET', 'maxmemory', '0');
  await fleet.queueRedis.call('ACL', 'SETUSER', 'default', '+@all');
});

/** Waits until this is what the verdict says first. */
async function untilTitle(title: string): Promise<void> {
  await until(async () => {
    const verdict = await verdictOn(fleet);
    expect(verdict.title, JSON.stringify(verdict)).toBe(title);
  });
}

/** A verdict of complete while something was missing: how much was there, how long after the beginning, in ms. */
interface Early {
  readonly there: number;
  readonly ms: number;
}

/**
 * Asks for the verdict again and again, until it is complete and all is there.
 * @returns the times that it was complete before; what is there is read after the verdict, so that none is blamed wrongly.
 */
async function earlyVerdicts(all: number, read: () => Promise<number>): Promise<readonly Early[]> {
  const early: Early[] = [];
  const began = performance.now();
  await until(async () => {
    const ms = performance.now() - began;
    const { level, title } = await verdictOn(fleet);
    const there = await read();
    if (level === 'complete' && there < all) early.push({ there, ms });
    expect({ level, there }, title).toEqual({ level: 'complete', there: all });
  });
  return early;
}

/** A scheduler and a worker, and three streams and a set that they have mirrored. */
async function inStep() {
  for (const key of ['a', 'b', 'c']) await fleet.fill(key, 1, 10);
  await fleet.redis.sadd('a:info:tags', 'x', 'y');
  const scheduler = fleet.scheduler();
  const worker = fleet.worker();
  await untilVerdict(fleet, 'complete');
  return { scheduler, worker };
}

describe('the mirror is called', () => {
  it('complete by reader, command and metrics alike, when it is', async () => {
    const { scheduler } = await inStep();
    for (const key of ['a', 'b', 'c']) expect(await fleet.entries(key)).toBe(10);
    const { code, stdout } = await commandOn(fleet, 'status');
    expect(stdout).toMatch(/^mirror +The mirror is complete/m);
    expect(code).toBe(0);
    await until(async () => {
      const value = await metricsOf(scheduler);
      expect(value('mirror_complete')).toBe(1);
      expect(value('workers')).toBe(1);
      expect(value('not_complete_reasons{reason="no-worker"')).toBe(0);
    });
  });

  it('complete as of the last poll, where keys are polled', async () => {
    await fleet.redis.sadd('a:info:tags', 'x');
    fleet.scheduler({ CHANGE_FEED: 'false', SYNC_INTERVAL_SEC: '30' });
    fleet.worker();
    await untilVerdict(fleet, 'complete');
    await until(async () => {
      const { title, behindMs } = await verdictOn(fleet);
      expect(title).toMatch(/^The mirror is complete, \d+ s behind$/);
      expect(behindMs).toBeGreaterThan(8_000);
    });
  });

  it('not complete without a scheduler in charge', async () => {
    const { scheduler } = await inStep();
    scheduler.kill('SIGKILL');
    await untilVerdict(fleet, 'no-scheduler');
    const { code, stdout } = await commandOn(fleet, 'status');
    expect(stdout).toContain('No scheduler is active');
    expect(code).toBe(1);
    expect((await commandOn(fleet, 'doctor')).code).toBe(1);
  });

  it('not complete without a worker, stopped or killed', async () => {
    const { scheduler, worker } = await inStep();
    await worker.stop();
    expect((await verdictOn(fleet)).reasons.map(({ code }) => code)).toContain('no-worker');
    expect((await commandOn(fleet, 'status')).code).toBe(1);
    await until(async () => {
      const value = await metricsOf(scheduler);
      expect(value('mirror_complete')).toBe(0);
      expect(value('workers')).toBe(0);
      expect(value('not_complete_reasons{reason="no-worker"')).toBe(1);
    });
    const other = fleet.worker();
    await untilVerdict(fleet, 'complete');
    other.kill('SIGKILL');
    await untilVerdict(fleet, 'no-worker');
  });

  it('not complete while the queue’s Redis has no memory, and complete again by itself', async () => {
    await inStep();
    await fleet.queueRedis.config('SET', 'maxmemory', '1');
    await untilVerdict(fleet, 'queue-refuses-writes');
    // 3 where one of the servers was too busy to answer.
    await until(async () => {
      const { code, stdout } = await commandOn(fleet, 'status');
      expect(stdout).toContain('The queue’s Redis accepts no writes');
      expect(code).toBe(1);
    });
    await fleet.queueRedis.config('SET', 'maxmemory', '0');
    await untilVerdict(fleet, 'complete');
  });

  it('not complete while the queue’s Redis refuses jobs for changed keys, and says why', async () => {
    await inStep();
    await fleet.queueRedis.call('ACL', 'SETUSER', 'default', '-xadd');
    await fleet.redis.sadd('a:info:tags', 'z');
    const { reasons } = await untilVerdict(fleet, 'search-failing');
    expect(JSON.stringify(reasons)).toContain('REDIS_PRIVILEGE');
    await fleet.queueRedis.call('ACL', 'SETUSER', 'default', '+xadd');
    await untilVerdict(fleet, 'complete');
  });

  it('not complete before the last of many new streams is read, however often it is asked', async () => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `many:${i}`);
    for (const key of keys) await fleet.fill(key, 1, 5);
    fleet.scheduler();
    fleet.worker({ WORKER_CONCURRENCY: '2' });
    const known = fleet.db.collection('keys');
    const early = await earlyVerdicts(1_000, () => known.countDocuments({ 'counts.seen': 5, lag: 0 }));
    // One in twenty may be on its way.
    expect(early.filter(({ there }) => there < 950)).toEqual([]);
    expect(await fleet.db.collection('stream_messages').countDocuments()).toBe(5_000);
  });

  it('not complete while a burst of entries is unread', async () => {
    await inStep();
    for (let from = 11; from <= 40_000; from += 20_000) await fleet.fill('a', from, from + 19_999);
    const early = await earlyVerdicts(40_010, async () => Number((await fleet.key('a'))?.counts.seen));
    // What has waited for a moment only is not called behind.
    expect(early.filter(({ ms }) => ms > 6_000)).toEqual([]);
    expect(await fleet.entries('a')).toBe(40_010);
  });

  it('not complete while a paused stream has entries unread; what was trimmed meanwhile is lost', async () => {
    await inStep();
    await fleet.pause('a');
    await fleet.fill('a', 11, 510);
    await untilTitle('500 entries are unread in 1 paused stream');
    await fleet.redis.xtrim('a', 'MAXLEN', 200);
    await untilTitle('200 entries are unread in 1 paused stream');
    await fleet.resume('a');
    await fleet.queue.request(['a']); // as the command does
    await untilTitle('300 entries were lost in the last hour');
    // Who reads it now was not there when it happened.
    const { code, stdout } = await commandOn(fleet, 'status');
    expect(stdout).toContain('300 entries were lost in the last hour');
    expect(code).toBe(1);
  });

  it('not complete while a paused stream is a stream no more, or was made anew', async () => {
    await inStep();
    await fleet.pause('a');
    await untilVerdict(fleet, 'complete');
    await fleet.redis.del('a');
    await untilTitle('1 paused key may have changed');
    await fleet.redis.sadd('a', 'x');
    expect((await verdictOn(fleet)).reasons.map(({ what }) => what)).toContain(
      '1 paused key may have changed',
    );
    await fleet.redis.del('a');
    await fleet.fill('a', 1, 3);
    await untilTitle('3 entries are unread in 1 paused stream');
  });

  it('not complete while a value is paused that may have changed', async () => {
    await inStep();
    await fleet.pause('a:info:tags');
    await untilTitle('1 paused key may have changed');
    await fleet.resume('a:info:tags');
    await untilVerdict(fleet, 'complete');
  });

  it('not complete while the target is empty, since it was dropped', async () => {
    for (let i = 0; i < 200; i++) await fleet.redis.set(`value:${i}`, String(i));
    const { worker } = await inStep();
    // Job schedulers are made after the first sync: by them, the verdict knows what is missing.
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(4));
    const strings = fleet.db.collection('strings');
    await worker.stop();
    await fleet.db.dropDatabase();
    for (let i = 0; i < 10; i++)
      expect((await verdictOn(fleet)).reasons.map(({ code }) => code)).toContain('keys-missing');
    expect(await strings.countDocuments()).toBe(0);
    fleet.worker();
    const early = await earlyVerdicts(200, () => strings.countDocuments());
    expect(early.filter(({ ms }) => ms > 6_000)).toEqual([]);
  });
});

describe('a key that fails since its first job', () => {
  it('has a document with its error, is reported, and is well once it is repaired', async () => {
    const source = await startRedis({ args: ['--rename-command', 'HGETALL', 'NO_HGETALL'] });
    const more = { REDIS_URL: source.url };
    try {
      const client = (await import('@redis-to-mongo/redis-connection')).connectRedis(
        addressOfUrl(source.url),
        () => {},
      );
      await client.hset('user:1', 'name', 'Ann');
      await client.set('greeting', 'hello');
      client.disconnect();
      await prints(fleet.scheduler(more), /this scheduler is the active one/);
      fleet.worker(more);
      await until(async () => {
        expect(await fleet.key('user:1')).toMatchObject({
          keyType: 'hash',
          status: 'active',
          revision: 0,
          lastError: { code: 'REDIS_UNKNOWN', errorClass: 'unknown' },
        });
      });
      await until(async () => expect(await fleet.key('greeting')).toMatchObject({ lastError: null }));
      expect((await verdictOn(fleet)).reasons).toContainEqual(
        expect.objectContaining({ code: 'keys-failing', what: '1 key fails' }),
      );
      const { stdout } = await commandOn({ ...fleet, env: { ...fleet.env, ...more } }, 'status');
      expect(stdout).toMatch(/^user:1 +REDIS_UNKNOWN/m);
    } finally {
      await source.stop();
    }
  });
});
