import { HeartbeatSender, JobQueue, Lease, SCHEDULER_LEASE } from '@redis-to-mongo/job-queue';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

const about = { version: '1.2.3', uptimeSec: 7_300, memoryBytes: 100 << 20, eventLoopLagMs: 12 };
let cli: CliUnderTest;
let queue: JobQueue;
let lease: Lease;
const fail = (error: unknown) => expect(error).toBeUndefined();

beforeAll(async () => {
  cli = await cliUnderTest();
  const { hostname, port } = new URL(cli.namespace.redis.url);
  const settings = { redis: { host: hostname, port: Number(port), db: 0, tls: NO_TLS }, prefix: 'r2m' };
  queue = new JobQueue(settings, fail);
  lease = new Lease(settings, SCHEDULER_LEASE, 60_000, fail);
  await lease.hold();
});
afterAll(async () => {
  await lease.close();
  await queue.close();
  await cli.close();
});

test('at first no process is running, and the command says so', async () => {
  const { code, stdout } = await cli.run('workers');
  expect(stdout).toMatch(/^no process is running/);
  expect(code).toBe(1);
});

test('who is in charge, who stands by, who works, and who has gone', async () => {
  const beats = [
    { app: 'scheduler', state: 'active', searchedMs: 0, about: { ...about, host: 'a', pid: 1 } },
    { app: 'scheduler', state: 'standby', about: { ...about, host: 'b', pid: 2 } },
    {
      app: 'worker',
      state: 'active',
      about: { ...about, host: 'b', pid: 3 },
      work: { jobs: 4, entriesPerSec: 1500, keysPerSec: 20.5 },
    },
    { app: 'worker', state: 'paused', code: 'MONGO_AUTH', about: { ...about, host: 'c', pid: 4 } },
  ] as const;
  const hearts = beats.map((beat) => new HeartbeatSender(queue, () => beat, fail));
  await vi.waitFor(async () => expect(await queue.processes()).toHaveLength(4), { timeout: 20_000 });
  await hearts[3]?.close();
  const { code, stdout } = await cli.run('workers');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^scheduler a:1 +active +1\.2\.3 +2 h /m);
  expect(stdout).toMatch(/^scheduler b:2 +stands by/m);
  expect(stdout).toMatch(/^worker b:3 +working +1\.2\.3 +2 h +4 +1,500 +21 +100 MiB +12 ms +0 s$/m);
  expect(stdout).toMatch(/^worker c:4 +ended/m);
  expect((await cli.json('workers')).processes).toMatchObject([
    { app: 'scheduler', is: 'alive', about: { host: 'a' } },
    { state: 'standby' },
    { app: 'worker', work: { jobs: 4 } },
    { is: 'ended' },
  ]);
  for (const heart of hearts) await heart.close();
});
