import { startRedis, startTcpProxy } from '@redis-to-mongo/local-stack';
import { type AppProcess, fleetForTests, prints, until } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';
import { commandOn } from './verdict-under-test.js';

const fleet = fleetForTests();

async function started(env?: Record<string, string>): Promise<AppProcess> {
  await fleet.redis.xadd('orders', '1-0', 'n', '1');
  const scheduler = fleet.scheduler(env);
  await prints(scheduler, /this scheduler is the active one/);
  fleet.worker(env);
  await until(async () => expect(await fleet.key('orders')).toMatchObject({ counts: { seen: 1 } }));
  return scheduler;
}

async function refuses(app: AppProcess, ...options: string[]): Promise<void> {
  expect((await app.ended).code).toBe(2);
  for (const option of options) expect(app.output()).toContain(option);
}

const marks = async () => ({
  queue: await fleet.queueRedis.hget('{r2m}:fleet', 'mark'),
  target: await fleet.db.collection<{ _id: string }>('fleet').findOne({ _id: 'identity' }),
});

describe('on the queue of a fleet', () => {
  it('a scheduler or worker of another source ends with code 2 and names QUEUE_PREFIX; nothing is touched', async () => {
    await started();
    const other = await startRedis();
    try {
      const more = { REDIS_URL: other.url };
      await refuses(fleet.scheduler(more), 'FLEET_MISMATCH', 'QUEUE_PREFIX', 'REDIS_URL');
      await refuses(fleet.worker(more), 'FLEET_MISMATCH', 'QUEUE_PREFIX', 'REDIS_URL');
      const once = await commandOn({ ...fleet, env: { ...fleet.env, ...more } }, 'once');
      expect(once.code).toBe(2);
      expect(once.stderr).toContain('MONGO_DB_NAME');
      const status = await commandOn({ ...fleet, env: { ...fleet.env, ...more } }, 'status');
      expect(status.stdout).toContain('These settings are not those of the fleet');
      expect(status.code).toBe(1);
      expect(await fleet.key('orders')).toMatchObject({ status: 'active', counts: { seen: 1 } });
    } finally {
      await other.stop();
    }
  });

  it('so does one of another database number, or of another target', async () => {
    await started();
    const url = new URL(fleet.namespace.redis.url);
    url.pathname = '/1';
    await refuses(fleet.worker({ REDIS_URL: url.href }), 'FLEET_MISMATCH', 'QUEUE_PREFIX');
    const more = { MONGO_DB_NAME: `${fleet.namespace.mongoDbName}_b` };
    await refuses(fleet.scheduler(more), 'FLEET_MISMATCH', 'QUEUE_PREFIX', 'MONGO_DB_NAME');
    await refuses(fleet.worker(more), 'FLEET_MISMATCH', 'QUEUE_PREFIX', 'MONGO_DB_NAME');
  });

  it('one with a QUEUE_PREFIX and a database of its own starts beside it', async () => {
    await started();
    const more = { QUEUE_PREFIX: 'second', MONGO_DB_NAME: `${fleet.namespace.mongoDbName}_c` };
    await prints(fleet.scheduler(more), /this scheduler is the active one/);
  });

  it('one with another queue for the same source and database ends with code 2, also one that was there before', async () => {
    const scheduler = await started();
    const more = { QUEUE_PREFIX: 'second' };
    const options = ['FLEET_MISMATCH', 'another queue', 'QUEUE_PREFIX', 'QUEUE_REDIS_URL'];
    const [second, worker] = [fleet.scheduler(more), fleet.worker(more)];
    await refuses(second, ...options);
    await refuses(worker, ...options);
    expect(await fleet.queueRedis.keys('{second}:*')).toEqual([]);
    const status = await commandOn({ ...fleet, env: { ...fleet.env, ...more } }, 'status');
    expect(status.stdout).toContain('a fleet with another queue writes to the database');
    await scheduler.stop();
    await prints(fleet.scheduler(more), /this scheduler is the active one/);
    await until(async () => expect(await fleet.queueRedis.hget('{second}:fleet', 'mark')).not.toBeNull());
    // The first one's mark counts as kept for 15 s.
    const keptAt = Number(await fleet.queueRedis.hget('{r2m}:fleet', 'at'));
    await until(async () => expect(Date.now() - keptAt).toBeGreaterThan(16_000));
    await refuses(fleet.scheduler(), ...options);
  });

  it('one that goes on all the same is named by the log, and by status', async () => {
    const scheduler = await started();
    const facts = fleet.db.collection<{ _id: string; n?: number }>('fleet');
    const counted = async () => (await facts.findOne({ _id: 'counter' }))?.n ?? 0;
    let last = await counted();
    await until(async () => {
      // As the scheduler of another queue does, each time after ours has counted.
      if ((await counted()) > last) {
        await facts.updateOne({ _id: 'counter' }, { $inc: { n: 1 } });
        last = await counted();
      }
      expect(scheduler.output()).toContain('another fleet writes to this database');
    });
    await until(async () => {
      const { stdout } = await commandOn(fleet, 'status');
      expect(stdout).toContain('A fleet with another queue writes to this database, too');
    });
  });

  it('it is the same fleet while its active scheduler can’t confirm its marks: status says so, and a worker starts', async () => {
    const source = await startTcpProxy(fleet.namespace.redis.port);
    try {
      await started({ REDIS_URL: `redis://127.0.0.1:${source.port}` });
      source.set('cut');
      await fleet.queueRedis.config('SET', 'maxmemory', '1');
      const keptAt = Number(await fleet.queueRedis.hget('{r2m}:fleet', 'at'));
      await until(async () => expect(Date.now() - keptAt).toBeGreaterThan(16_000));
      const { stdout } = await commandOn(fleet, 'status');
      expect(stdout).toContain('The queue’s Redis accepts no writes');
      expect(stdout).not.toContain('another fleet');
      const worker = fleet.worker();
      await prints(worker, /REDIS_OUT_OF_MEMORY/);
      await fleet.queueRedis.config('SET', 'maxmemory', '0');
      await prints(worker, /worker started/);
      source.set('pass');
    } finally {
      await fleet.queueRedis.config('SET', 'maxmemory', '0');
      await source.close();
    }
  });

  it('another name of the same server, and another user of it, are the same source', async () => {
    await started();
    await fleet.redis.call('ACL', 'SETUSER', 'me', 'on', '>pw', '~*', '&*', '+@all');
    const url = new URL(fleet.namespace.redis.url);
    url.hostname = url.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
    url.username = 'me';
    url.password = 'pw';
    await prints(fleet.worker({ REDIS_URL: url.href }), /worker started/);
  });

  it('a queue that was emptied and a target that was dropped get their marks back, while running and at a start', async () => {
    const scheduler = await started();
    const before = await marks();
    expect(before.target).toMatchObject({ id: JSON.parse(before.queue ?? '').id });
    await fleet.queueRedis.flushall();
    await fleet.db.dropDatabase();
    await until(async () => expect(Object.values(await marks())).not.toContain(null));
    await scheduler.stop();
    await fleet.queueRedis.flushall();
    await prints(fleet.scheduler(), /this scheduler is the active one/);
    await until(async () => expect(Object.values(await marks())).not.toContain(null));
  });

  it('after a newer version has written there, processes, `once` and `fleet move` refuse, and change nothing', async () => {
    const scheduler = await started();
    const mark = JSON.parse((await marks()).queue ?? '');
    expect(mark.format).toBe(1);
    expect((await marks()).target).toMatchObject({ format: 1 });
    const newer = JSON.stringify({ format: 2, id: mark.id, of: 'a later form' });
    await fleet.queueRedis.hset('{r2m}:fleet', 'mark', newer);
    await prints(scheduler, /FLEET_MISMATCH.*newer version/);
    await refuses(fleet.worker(), 'FLEET_MISMATCH', 'newer version');
    expect(await commandOn(fleet, 'fleet', 'move')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('newer version'),
    });
    expect((await marks()).queue).toBe(newer);
    const inMongo = fleet.db.collection<{ _id: string }>('fleet');
    await inMongo.updateOne({ _id: 'identity' }, { $set: { format: 2 } });
    expect(await commandOn(fleet, 'once')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('newer version'),
    });
  });

  it('`fleet move` leaves the marks alone where they are this configuration’s', async () => {
    await started();
    const before = await marks();
    expect((await commandOn(fleet, 'fleet', 'move')).code).toBe(0);
    expect(await marks()).toEqual(before);
  });

  it('an active scheduler that a `fleet move` has left behind is named by status, with what it says', async () => {
    await started();
    const moved = { ...fleet, env: { ...fleet.env, MONGO_DB_NAME: `${fleet.namespace.mongoDbName}_c` } };
    expect((await commandOn(moved, 'fleet', 'move')).code).toBe(0);
    await until(async () => {
      const { stdout } = await commandOn(moved, 'status');
      expect(stdout).toContain('The active scheduler does not belong to the fleet of this queue');
      expect(stdout).toMatch(/Stop it, or fix its options: this queue is for the database \S+_c/);
      expect(stdout).not.toContain('A fleet with another queue');
    });
  });

  it('after a deliberate move `fleet move` makes it the queue of this configuration', async () => {
    const scheduler = await started();
    await scheduler.stop();
    const other = await startRedis();
    try {
      const moved = { ...fleet, env: { ...fleet.env, REDIS_URL: other.url } };
      expect((await commandOn(moved, 'fleet')).code).toBe(1);
      expect((await commandOn(moved, 'fleet', 'move')).code).toBe(0);
      expect((await commandOn(moved, 'fleet')).code).toBe(0);
      await prints(fleet.scheduler({ REDIS_URL: other.url }), /this scheduler is the active one/);
      await refuses(fleet.scheduler(), 'FLEET_MISMATCH');
    } finally {
      await other.stop();
    }
  });
});

it('a second scheduler says once that it stands by', async () => {
  await started();
  const standby = fleet.scheduler();
  await prints(standby, /standing by: another scheduler is active/);
  await until(async () => expect(await fleet.queueRedis.hlen('{r2m}:heartbeats')).toBe(3));
  expect(standby.output().match(/standing by/g)).toHaveLength(1);
});
