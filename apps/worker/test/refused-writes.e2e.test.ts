import { readFileSync } from 'node:fs';
import { JobQueue } from '@redis-to-mongo/job-queue';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import {
  type AppProcess,
  appEnv,
  type LineUnderTest,
  lineUnderTest,
  startWorker,
} from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';

let under: LineUnderTest;
let queueServer: RedisServer;
let queueRedis: Redis;
let queue: JobQueue;
const running: AppProcess[] = [];

beforeAll(async () => {
  under = await lineUnderTest();
  queueServer = await startRedis({ args: ['--enable-protected-configs', 'yes'] });
  queueRedis = new Redis(queueServer.url);
  queue = new JobQueue({ redis: addressOfUrl(queueServer.url), prefix: 'r2m' }, () => {});
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
});
afterAll(async () => {
  await queue.close();
  queueRedis.disconnect();
  await queueServer.stop();
  await under.close();
});

/** Seconds of CPU that a process has used. Source: man 5 proc, fields 14 and 15 of stat, in hundredths. */
function cpuSeconds({ process: { pid } }: AppProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function readiness(worker: AppProcess): Promise<string> {
  const address = /"http":"([^"]+)"/.exec(worker.output())?.[1] ?? '';
  const answer = await fetch(`${address}/readyz`);
  return `${answer.status} ${await answer.text()}`;
}

const seconds = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const maxmemory = (value: string) => queueRedis.config('SET', 'maxmemory', value);
const replicas = (value: string) => queueRedis.config('SET', 'min-replicas-to-write', value);
const saving = async (dir: string, save: string) => {
  await queueRedis.config('SET', 'dir', dir);
  await queueRedis.config('SET', 'save', save);
  await queueRedis.bgsave();
  const isDone = dir === '/proc' ? /rdb_last_bgsave_status:err/ : /rdb_last_bgsave_status:ok/;
  await vi.waitFor(async () => expect(await queueRedis.info('persistence')).toMatch(isDone), {
    timeout: 20_000,
  });
};

it.each([
  ['its memory is full', 'REDIS_OUT_OF_MEMORY', () => maxmemory('1'), () => maxmemory('0')],
  ['it can not save', 'REDIS_CANNOT_SAVE', () => saving('/proc', '3600 1'), () => saving('/tmp', '')],
  ['its replicas are away', 'REDIS_NO_REPLICAS', () => replicas('1'), () => replicas('0')],
])(
  'a queue that takes no writes, since %s: the worker says so once, rests, is not ready, and goes on by itself',
  async (_why, code, refuse, mend) => {
    const { namespace, redis } = under;
    const worker = startWorker(appEnv(namespace, { QUEUE_REDIS_URL: queueServer.url }));
    running.push(worker);
    const key = `refused by ${code}`;
    await redis.xadd(key, '1-0', 'n', '1');
    await queue.schedulers.set([key], 500);
    await vi.waitFor(async () => expect((await under.messages(key)).length).toBe(1), { timeout: 60_000 });
    await vi.waitFor(async () => expect(await readiness(worker)).toMatch(/^200/), { timeout: 30_000 });

    await refuse();
    await redis.xadd(key, '2-0', 'n', '2');
    await vi.waitFor(async () => expect(worker.output()).toMatch(new RegExp(`paused until.*${code}`)), {
      timeout: 30_000,
    });
    expect(await readiness(worker)).toMatch(new RegExp(`^503.*${code}`));
    const [cpu, lines] = [cpuSeconds(worker), worker.output().split('\n').length];
    await seconds(5_000);
    expect(cpuSeconds(worker) - cpu).toBeLessThan(1);
    expect(worker.output().split('\n').length - lines).toBeLessThan(6);

    await mend();
    const arrived = async () => {
      await queue.due.retry([key], 0); // as the scheduler does with a key that is due and has no job
      expect((await under.messages(key)).length).toBe(2);
    };
    await vi.waitFor(arrived, { timeout: 90_000, interval: 1_000 });
    await vi.waitFor(async () => expect(await readiness(worker)).toMatch(/^200/), { timeout: 60_000 });
    await queue.schedulers.removeOf([key]);
  },
);

it('a queue that answers with an unknown error: the worker waits between attempts, and resumes by itself', async () => {
  const { namespace, redis } = under;
  const worker = startWorker(appEnv(namespace, { QUEUE_REDIS_URL: queueServer.url }));
  running.push(worker);
  await vi.waitFor(() => expect(worker.output()).toContain('worker started'), { timeout: 30_000 });
  await queueRedis.set('{r2m}:sync:wait', 'not a list');
  await vi.waitFor(() => expect(worker.output()).toMatch(/queue: .*WRONGTYPE/), {
    timeout: 30_000,
  });
  const [cpu, lines] = [cpuSeconds(worker), worker.output().split('\n').length];
  await seconds(5_000);
  expect(cpuSeconds(worker) - cpu).toBeLessThan(1);
  expect(worker.output().split('\n').length - lines).toBeLessThan(6);
  await queueRedis.del('{r2m}:sync:wait');
  await redis.xadd('foreseen by nobody', '1-0', 'n', '1');
  await queue.schedulers.set(['foreseen by nobody'], 500);
  await vi.waitFor(async () => expect((await under.messages('foreseen by nobody')).length).toBe(1), {
    timeout: 60_000,
  });
});
