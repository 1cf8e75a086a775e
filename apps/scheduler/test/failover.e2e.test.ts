import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { type AppProcess, fleetForTests, LOGIN, prints, readyz, until } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { untilVerdict, verdictOn } from './verdict-under-test.js';

type Stored = { _id: string; members?: unknown };

const DASHBOARD = 'apps/dashboard/dist/main.js';

/** Two servers, of which one is a primary, and a name that leads to one of them. */
let pair: { first: RedisServer; second: RedisServer; name: TcpProxy; toFirst: Redis; toSecond: Redis };

beforeAll(async () => {
  const [first, second] = await Promise.all([startRedis(), startRedis()]);
  const [toFirst, toSecond] = [new Redis(first.url), new Redis(second.url)];
  pair = { first, second, toFirst, toSecond, name: await startTcpProxy(first.port) };
  await toSecond.replicaof('127.0.0.1', first.port);
});
afterEach(async () => {
  const { first, toFirst, toSecond, name } = pair;
  await toFirst.replicaof('NO', 'ONE');
  await toFirst.flushall();
  await toSecond.replicaof('127.0.0.1', first.port);
  name.lead(first.port);
});
afterAll(async () => {
  const { first, second, toFirst, toSecond, name } = pair;
  toFirst.disconnect();
  toSecond.disconnect();
  await name.close();
  await Promise.all([first.stop(), second.stop()]);
});
const fleet = fleetForTests();

/** The second server becomes the primary; the first one, which old connections lead to, follows nobody who answers. */
async function failOver(): Promise<void> {
  const { second, toFirst, toSecond, name } = pair;
  await toFirst.set('replicated', String(performance.now())); // as far as here, the second one has everything
  await until(async () => expect(await toSecond.get('replicated')).toBe(await toFirst.get('replicated')));
  await toSecond.replicaof('NO', 'ONE');
  await toFirst.replicaof('127.0.0.1', 1);
  name.lead(second.port);
}

async function isReady(app: AppProcess): Promise<void> {
  await until(async () => expect(await readyz(app)).toMatch(/^200/));
}

async function apps(env: Record<string, string>): Promise<AppProcess[]> {
  const [scheduler, worker] = [fleet.scheduler(env), fleet.worker(env)];
  const dashboard = fleet.start(DASHBOARD, { ...env, ...LOGIN });
  await Promise.all([
    prints(scheduler, /this scheduler is the active one/),
    prints(worker, /worker started/),
    prints(dashboard, /dashboard started/),
  ]);
  return [scheduler, worker, dashboard];
}

describe('a failover behind a name, while old connections stay open,', () => {
  it.each(['direct', 'ordinary'])('of the source: its changes arrive again (%s path)', async (path) => {
    const { name, toFirst, toSecond } = pair;
    await toFirst.xadd('moved', '1-0', 'n', '1');
    await toFirst.sadd('moved set', 'a');
    const started = await apps({ REDIS_URL: `redis://127.0.0.1:${name.port}`, STREAM_PATH: path });
    await until(async () => expect(await fleet.entries('moved')).toBe(1));
    await until(async () => expect(await fleet.key('moved set')).toMatchObject({ status: 'active' }));
    await failOver();
    await toSecond.xadd('moved', '2-0', 'n', '2');
    await toSecond.sadd('moved set', 'b');
    await toSecond.xadd('new', '1-0', 'n', '1');
    await until(async () => expect(await fleet.entries('moved')).toBe(2));
    await until(async () => expect(await fleet.entries('new')).toBe(1));
    const sets = fleet.db.collection<{ _id: string }>('sets');
    await until(async () =>
      expect(await sets.findOne({ _id: 'moved set' })).toMatchObject({ members: ['a', 'b'] }),
    );
    await Promise.all(started.map(isReady));
  });

  it('of the source, while a worker goes on reading the former primary: what it missed there is read once it has moved', async () => {
    const { name, second, toFirst, toSecond } = pair;
    const env = { REDIS_URL: `redis://127.0.0.1:${name.port}` };
    const members = async (key: string) =>
      (await fleet.db.collection<Stored>('sets').findOne({ _id: key }))?.members;
    await toFirst.sadd('split', 'a');
    const before = fleet.scheduler(env);
    fleet.worker(env);
    await until(async () => expect(await members('split')).toEqual(['a']));
    await until(async () => expect(await toSecond.exists('split')).toBe(1));
    await toSecond.replicaof('NO', 'ONE'); // the first one does not know of it
    name.lead(second.port);
    await before.stop();
    fleet.scheduler(env);
    await untilVerdict(fleet, 'servers-differ');
    await toSecond.sadd('split', 'b');
    await toFirst.sadd('lost', 'a');
    await fleet.queue.request(['lost']);
    await until(async () => expect(await members('lost')).toEqual(['a']));
    await until(async () => expect(await fleet.queue.dueCount()).toBe(0));
    expect(await members('split')).toEqual(['a']);
    await toFirst.replicaof('127.0.0.1', 1);
    await until(async () => expect(await members('split')).toEqual(['a', 'b']), 30_000);
    await until(async () => expect(await fleet.key('lost')).toMatchObject({ status: 'deleted' }));
    await until(async () => {
      const { reasons } = await verdictOn(fleet);
      expect(reasons.map(({ code }) => code)).not.toContain('servers-differ');
    });
  });

  it('of the queue: keys are mirrored again, and everything is ready', async () => {
    const { name } = pair;
    await fleet.redis.xadd('steady', '1-0', 'n', '1');
    const started = await apps({ QUEUE_REDIS_URL: `redis://127.0.0.1:${name.port}` });
    await until(async () => expect(await fleet.entries('steady')).toBe(1));
    await failOver();
    await fleet.redis.xadd('steady', '2-0', 'n', '2');
    await fleet.redis.xadd('later', '1-0', 'n', '1');
    await until(async () => expect(await fleet.entries('steady')).toBe(2));
    await until(async () => expect(await fleet.entries('later')).toBe(1));
    await Promise.all(started.map(isReady));
  });

  it('of the queue that is over at once, and has lost a request: a sweep finds the change', async () => {
    const { name, second, toFirst, toSecond } = pair;
    const env = { QUEUE_REDIS_URL: `redis://127.0.0.1:${name.port}` };
    fleet.scheduler(env);
    const worker = fleet.worker(env);
    await fleet.redis.sadd('changed', 'a');
    const members = async () =>
      (await fleet.db.collection<Stored>('sets').findOne({ _id: 'changed' }))?.members;
    await until(async () => expect(await members()).toEqual(['a']));
    await until(async () => expect(await toFirst.hget('{r2m}:sweep', 'pending')).toBe(''));
    await worker.stop();
    await toFirst.set('replicated', 'up to here');
    await until(async () => expect(await toSecond.get('replicated')).toBe('up to here'));
    await toSecond.replicaof('NO', 'ONE');
    await fleet.redis.sadd('changed', 'b');
    await until(async () => expect(await toFirst.zscore('{r2m}:due', 'changed')).not.toBeNull());
    name.lead(second.port);
    name.set('cut');
    name.set('pass');
    fleet.worker(env);
    await until(async () => expect(await members()).toEqual(['a', 'b']), 40_000);
  });

  it('of the queue that is not over yet: nothing is ready, and it says why', async () => {
    const { name, toFirst } = pair;
    const started = await apps({ QUEUE_REDIS_URL: `redis://127.0.0.1:${name.port}` });
    await Promise.all(started.map(isReady));
    await toFirst.replicaof('127.0.0.1', 1);
    for (const app of started)
      await until(async () => expect(await readyz(app)).toMatch(/^503.*REDIS_READONLY/));
    const [scheduler] = started;
    await until(async () =>
      expect(scheduler?.output()).toMatch(/no longer active: it could not renew its lease/),
    );
    expect(scheduler?.output()).not.toMatch(/another scheduler is active|"Redis: /);
    await toFirst.replicaof('NO', 'ONE');
    await Promise.all(started.map(isReady));
  });
});

describe('a queue that takes no writes', () => {
  it('makes the scheduler and the dashboard not ready, and costs them nothing', async () => {
    const [scheduler, , dashboard] = await apps({});
    if (!scheduler || !dashboard) throw new TypeError('they were started');
    await Promise.all([scheduler, dashboard].map(isReady));
    await fleet.queueRedis.config('SET', 'maxmemory', '1');
    try {
      for (const app of [scheduler, dashboard])
        await until(async () => expect(await readyz(app)).toMatch(/^503.*REDIS_OUT_OF_MEMORY/));
      const lines = scheduler.output().split('\n').length;
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      expect(scheduler.output().split('\n').length - lines).toBeLessThan(20);
      const said = /upkeep failed.*REDIS_OUT_OF_MEMORY.*the queue’s Redis: it accepts no writes/;
      await until(async () => expect(scheduler.output()).toMatch(said));
      expect(scheduler.output()).not.toMatch(/"Redis: /);
    } finally {
      await fleet.queueRedis.config('SET', 'maxmemory', '0');
    }
    await Promise.all([scheduler, dashboard].map(isReady));
  });
});
