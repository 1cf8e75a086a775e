import { type ProxyMode, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { type AppProcess, fleetForTests, LOGIN, prints, readyz, until } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const DASHBOARD = 'apps/dashboard/dist/main.js';
/** What stopping may take at most without a server, in ms, on a machine with other things to do. */
const FEW_SECONDS = 8_000;

let ways: Record<'source' | 'queue' | 'mongo', TcpProxy>;
let env: Record<string, string>;

const fleet = fleetForTests();
beforeAll(async () => {
  const { namespace, queueServer } = fleet;
  const mongoUri = new URL(namespace.mongoUri);
  ways = {
    source: await startTcpProxy(namespace.redis.port),
    queue: await startTcpProxy(queueServer.port),
    mongo: await startTcpProxy(Number(mongoUri.port)),
  };
  mongoUri.port = String(ways.mongo.port);
  mongoUri.searchParams.set('directConnection', 'true');
  env = {
    REDIS_URL: `redis://127.0.0.1:${ways.source.port}`,
    QUEUE_REDIS_URL: `redis://127.0.0.1:${ways.queue.port}`,
    MONGO_URI: mongoUri.href,
    MESSAGES_PER_STREAM: '50',
  };
});
afterEach(async () => {
  for (const way of Object.values(ways)) way.set('pass');
});
afterAll(async () => {
  for (const way of Object.values(ways)) await way.close();
});

function start(): { scheduler: AppProcess; worker: AppProcess; dashboard: AppProcess } {
  const dashboard = fleet.start(DASHBOARD, { ...env, ...LOGIN });
  return { scheduler: fleet.scheduler(env), worker: fleet.worker(env), dashboard };
}

async function stopsInOrder(name: string, app: AppProcess): Promise<void> {
  const began = performance.now();
  app.kill('SIGTERM');
  const end = await app.ended;
  const ms = performance.now() - began;
  expect({ name, ...end, log: end.code === 0 ? '' : app.output().slice(-2_000) }).toEqual({
    name,
    code: 0,
    signal: null,
    log: '',
  });
  expect(ms, `${name}: ms`).toBeLessThan(FEW_SECONDS);
}

/** Enough work that a worker is in the middle of it when a server goes. */
async function fill(): Promise<void> {
  for (const key of ['a', 'b', 'c']) {
    const pipeline = fleet.redis.pipeline();
    for (let ms = 1; ms <= 10_000; ms++) pipeline.xadd(key, `${ms}-0`, 'n', String(ms));
    await pipeline.exec();
  }
}

const LOST: readonly (readonly ('source' | 'queue' | 'mongo')[])[] = [
  ['source'],
  ['queue'],
  ['mongo'],
  ['source', 'queue', 'mongo'],
];

describe.each<[ProxyMode, string]>([
  ['cut', 'has gone'],
  ['hang', 'is silent'],
])('an app that receives a stop signal while (%s)', (mode, state) => {
  it.each(LOST.map((names) => [names.join(', '), names] as const))(
    `the server ${state} ends within seconds, in order: %s`,
    async (_names, names) => {
      await fill();
      const { scheduler, worker, dashboard } = start();
      await prints(dashboard, /dashboard started/);
      await until(async () => expect(await fleet.key('a')).toMatchObject({ lag: expect.any(Number) }));
      for (const name of names) ways[name].set(mode);
      await until(async () => {
        expect(await readyz(worker)).toMatch(/^503/);
        expect(await readyz(scheduler)).toMatch(/^503/);
      });
      await Promise.all(
        Object.entries({ scheduler, worker, dashboard }).map(([name, app]) => stopsInOrder(name, app)),
      );
    },
  );
});

it('so does one whose servers were never there', async () => {
  for (const way of Object.values(ways)) way.set('cut');
  const { scheduler, worker, dashboard } = start();
  await prints(scheduler, /scheduler started/);
  await prints(worker, /waiting for /);
  await prints(dashboard, /dashboard started/);
  await Promise.all(
    Object.entries({ scheduler, worker, dashboard }).map(([name, app]) => stopsInOrder(name, app)),
  );
});
