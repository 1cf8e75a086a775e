import { fleetForTests, prints, until } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const fleet = fleetForTests();

async function isMirrored(key: string, entries: number, timeout?: number): Promise<void> {
  await until(async () => expect(await fleet.entries(key)).toBe(entries), timeout);
}

describe('the scheduler', () => {
  it('gives each key one job scheduler, also keys with odd names, and takes those of vanished keys away', async () => {
    const names = ['orders', 'a:b:3:c', '{r2m}x', 'with space', 'base64:abc', '42'];
    for (const name of names) await fleet.fill(name, 1, 3);
    await fleet.redis.xadd(Buffer.from([0xff, 0x00, 0x41]), '1-0', 'n', '1');
    await fleet.redis.sadd('tags', 'a', 'b');
    fleet.scheduler();
    fleet.worker();
    for (const name of names.filter((name) => name !== 'base64:abc')) await isMirrored(name, 3);
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(names.length + 2));
    await until(async () =>
      expect(await fleet.db.collection('keys').countDocuments({ status: 'active' })).toBe(names.length + 2),
    );
    await fleet.redis.del('orders', 'tags');
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(names.length));
    await until(async () => expect(await fleet.key('orders')).toMatchObject({ status: 'deleted' }));
    await until(async () => expect(await fleet.key('tags')).toMatchObject({ status: 'deleted' }));
  });

  it('notices keys that vanished while no scheduler ran', async () => {
    await fleet.fill('gone', 1, 3);
    const first = fleet.scheduler();
    const worker = fleet.worker();
    await isMirrored('gone', 3);
    await first.stop();
    await worker.stop();
    await fleet.redis.del('gone');
    fleet.scheduler();
    fleet.worker();
    await until(async () => expect(await fleet.key('gone')).toMatchObject({ status: 'deleted' }));
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(0));
  });

  it('brings its job schedulers to a new interval when the option has changed, and keys of other types have none', async () => {
    await fleet.fill('orders', 1, 3);
    await fleet.redis.set('text', 'a');
    const first = fleet.scheduler({ IDLE_INTERVAL_SEC: '3600' });
    await until(async () => expect(await fleet.everyMs('orders')).toBe(3_600_000));
    await first.stop();
    fleet.scheduler({ IDLE_INTERVAL_SEC: '1800' });
    await until(async () => expect(await fleet.everyMs('orders')).toBe(1_800_000));
    fleet.worker();
    await isMirrored('orders', 3);
    await until(async () => expect(await fleet.key('text')).toMatchObject({ status: 'active' }));
    expect(await fleet.queue.schedulers.count()).toBe(1);
  });

  it('sets a job scheduler going again that has stopped', async () => {
    await fleet.fill('orders', 1, 3);
    fleet.scheduler();
    await until(async () => expect(await fleet.everyMs('orders')).toBeDefined());
    const [schedule] = await fleet.queue.schedulers.of(['orders']);
    const { id = '', next = 0 } = schedule ?? {};
    const repeat = fleet.queue.forBoard().toKey('repeat');
    for (const job of await fleet.queue.forBoard().getDelayed()) await job.remove().catch(() => {});
    await fleet.queueRedis.del(`${repeat}:${id}:${next}`);
    await fleet.queueRedis.zadd(repeat, Date.now() - 120_000, id);
    await until(async () =>
      expect(Number(await fleet.queueRedis.zscore(repeat, id))).toBeGreaterThan(Date.now() - 30_000),
    );
    fleet.worker();
    await isMirrored('orders', 3);
  });

  it.each([
    ['one by one', async () => await fleet.queue.schedulers.removeOf(['a', 'b'])],
    ['with the whole queue', async () => await fleet.queue.forBoard().obliterate({ force: true })],
  ])('makes job schedulers again that someone has removed %s', async (_how, remove) => {
    for (const key of ['a', 'b', 'c']) await fleet.fill(key, 1, 3);
    fleet.scheduler();
    fleet.worker();
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(3));
    for (const key of ['a', 'b', 'c']) await isMirrored(key, 3);
    await remove();
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(3));
  });

  it('may start before its servers do', async () => {
    await fleet.namespace.redis.kill();
    await fleet.queueServer.kill();
    const scheduler = fleet.scheduler();
    const worker = fleet.worker();
    await prints(scheduler, /connection trouble/);
    await fleet.queueServer.restart();
    await fleet.namespace.redis.restart();
    await fleet.fill('late', 1, 3);
    await isMirrored('late', 3);
    expect(scheduler.process.exitCode).toBeNull();
    expect(worker.process.exitCode).toBeNull();
  });

  it('goes on after source and queue were killed and restarted', async () => {
    await fleet.fill('orders', 1, 3);
    const scheduler = fleet.scheduler();
    fleet.worker();
    await isMirrored('orders', 3);
    await fleet.namespace.redis.kill();
    await fleet.queueServer.kill();
    await fleet.namespace.redis.restart();
    await fleet.queueServer.restart();
    await fleet.fill('orders', 4, 6);
    await fleet.fill('later', 1, 3);
    await isMirrored('orders', 6);
    await isMirrored('later', 3);
    expect(scheduler.process.exitCode).toBeNull();
  });

  it('fills the queue again when it was emptied while running, and nothing is lost', async () => {
    for (let i = 0; i < 20; i++) await fleet.fill(`stream:${i}`, 1, 10);
    await fleet.redis.sadd('tags', 'a');
    const scheduler = fleet.scheduler();
    fleet.worker();
    for (let i = 0; i < 20; i++) await isMirrored(`stream:${i}`, 10);
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(21));
    await fleet.redis.sadd('tags', 'b');
    for (let i = 0; i < 20; i++) await fleet.fill(`stream:${i}`, 11, 20);
    await fleet.queueRedis.flushall();
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(21));
    for (let i = 0; i < 20; i++) await isMirrored(`stream:${i}`, 20);
    await until(async () =>
      expect(await fleet.db.collection<{ _id: string }>('sets').findOne({ _id: 'tags' })).toMatchObject({
        size: 2,
      }),
    );
    expect(scheduler.process.exitCode).toBeNull();
  });
});

describe('of several schedulers', () => {
  it('one is active; when it is killed another takes over within 15 s', async () => {
    const byDefault = { DEAD_AFTER_SEC: '10' };
    const first = fleet.scheduler(byDefault);
    await prints(first, /this scheduler is the active one/);
    const second = fleet.scheduler(byDefault);
    await prints(second, /scheduler started/);
    fleet.worker();
    await fleet.fill('orders', 1, 3);
    await isMirrored('orders', 3);
    expect(second.output()).not.toMatch(/is the active one/);
    first.kill('SIGKILL');
    const killed = Date.now();
    await fleet.fill('orders', 4, 6);
    await fleet.fill('new', 1, 3);
    await prints(second, /this scheduler is the active one/, 15_000);
    expect(Date.now() - killed).toBeLessThan(15_000);
    await isMirrored('orders', 6);
    await isMirrored('new', 3);
  });

  it('one that was paused and comes back does no harm', async () => {
    const first = fleet.scheduler();
    await prints(first, /this scheduler is the active one/);
    await fleet.fill('old', 1, 3);
    await fleet.fill('vanishing', 1, 3);
    fleet.worker();
    await isMirrored('vanishing', 3);
    first.kill('SIGSTOP');
    const second = fleet.scheduler();
    await prints(second, /this scheduler is the active one/);
    await fleet.fill('new', 1, 3);
    await fleet.redis.del('vanishing');
    await isMirrored('new', 3);
    await until(async () => expect(await fleet.key('vanishing')).toMatchObject({ status: 'deleted' }));
    first.kill('SIGCONT');
    await prints(first, /standing by: another scheduler is active/);
    await fleet.fill('old', 4, 6);
    await fleet.fill('new', 4, 6);
    await isMirrored('old', 6);
    await isMirrored('new', 6);
    await until(async () => expect(await fleet.queue.schedulers.count()).toBe(2));
    const [, ...afterward] = second.output().split('this scheduler is the active one');
    expect(afterward).toHaveLength(1);
    expect(afterward.join('')).not.toMatch(/standing by/);
  });

  it('a standby that heard of every change takes over without a sweep, and misses none', async () => {
    await fleet.fill('orders', 1, 3);
    const first = fleet.scheduler();
    await prints(first, /sweep done/);
    const second = fleet.scheduler();
    await prints(second, /Redis reports every change/);
    fleet.worker();
    await isMirrored('orders', 3);
    // A sweep that the first one begins from now on shows the second one that nothing before was missed. It asks once a second.
    await until(async () => {
      await fleet.queueRedis.hset('{r2m}:sweep', 'pending', 'the test asks for one');
      await until(async () => expect(await fleet.queue.sweeps.read()).toMatchObject({ pending: '' }));
      expect(second.output()).toMatch(/no change is missed/);
    });
    first.kill('SIGSTOP');
    await fleet.fill('orders', 4, 6);
    await fleet.redis.set('text', 'a');
    await prints(second, /this scheduler is the active one/);
    await isMirrored('orders', 6);
    await until(async () => expect(await fleet.key('text')).toMatchObject({ status: 'active' }));
    expect(second.output()).not.toMatch(/sweep done/);
    first.kill('SIGCONT');
  });
});
