import type { FleetProcess } from '@redis-to-mongo/job-queue';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aDashboard, logIn } from './a-dashboard.js';

const about = {
  host: '=cmd()',
  pid: 7,
  version: '1.2.3',
  uptimeSec: 60,
  memoryBytes: 2048,
  eventLoopLagMs: 3,
};
const PROCESSES: readonly FleetProcess[] = [
  {
    app: 'worker',
    state: 'active',
    id: 'a',
    silentMs: 100,
    is: 'alive',
    about,
    work: { jobs: 2, entriesPerSec: 5.25, keysPerSec: 0 },
  },
  { app: 'worker', state: 'paused', code: 'MONGO_AUTH', id: 'b', silentMs: 100, is: 'alive' },
  {
    app: 'scheduler',
    state: 'active',
    id: 'c',
    silentMs: 20_000,
    is: 'dead',
    about: { ...about, host: '<b>' },
  },
];

let redis: RedisServer;
let dashboard: Awaited<ReturnType<typeof aDashboard>>;
let headers: Record<string, string>;
let reads = 0;

beforeAll(async () => {
  redis = await startRedis();
  dashboard = await aDashboard(redis.url, {
    readProcesses: async () => {
      reads++;
      return PROCESSES;
    },
  });
  headers = await logIn(dashboard.server);
});
afterAll(async () => {
  await dashboard.close();
  await redis.stop();
});

const get = async (url: string) => await dashboard.server.inject({ url, headers });

it('the page shows who works, what keeps one from it, and who has gone', async () => {
  const { body } = await get('/workers');
  expect(body).toMatch(/=cmd\(\):7.*?working.*?1\.2\.3.*?>2<.*?>5\.3<.*?2\.0 KiB.*?3 ms/s);
  expect(body).toContain('paused: MONGO_AUTH');
  expect(body).toContain('of an earlier version');
  expect(body).toMatch(/&lt;b&gt;:7.*dead/s);
});

it('for any number of viewers, the queue is asked once', async () => {
  await get('/workers/rows');
  reads = 0;
  await Promise.all(Array.from({ length: 200 }, () => get('/workers/rows')));
  expect(reads).toBeLessThanOrEqual(1);
});

it('as CSV no text is a formula, and as JSON all is there', async () => {
  const csv = await get('/workers.csv');
  expect(csv.headers['content-disposition']).toBe('attachment; filename="workers.csv"');
  expect(csv.body.split('\n')[0]).toMatch(/^app,state,host,pid,/);
  expect(csv.body).toContain(`worker,working,'=cmd(),7,1.2.3`);
  expect((await get('/workers.json')).json()).toMatchObject([
    { state: 'paused: MONGO_AUTH' },
    { state: 'working', host: '=cmd()', jobs: 2 },
    { state: 'dead', host: '<b>' },
  ]);
});
