import { startTcpProxy } from '@redis-to-mongo/local-stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LoadLimit } from '../src/index.js';
import { queueUnderTest } from './queue-under-test.js';

const under = queueUnderTest('load-limit');
const BYTES_PER_SEC = 1_000_000;

let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
let limit: LoadLimit;
const errors: Error[] = [];
beforeAll(async () => {
  const { redis } = under.settings;
  proxy = await startTcpProxy(redis.port);
  const settings = { ...under.settings, redis: { ...redis, port: proxy.port } };
  limit = new LoadLimit(settings, BYTES_PER_SEC, new AbortController().signal, (error) => errors.push(error));
});
afterAll(async () => {
  limit.close();
  await proxy.close();
});

async function msOf(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

it('a read waits until all bytes are within the limit, but for half a second', async () => {
  await limit.take(0);
  expect(await msOf(() => limit.take(BYTES_PER_SEC))).toBeGreaterThan(300);
});

it('reads of a few bytes add up', async () => {
  const began = performance.now();
  for (let round = 0; round < 50; round++)
    await Promise.all(Array.from({ length: 100 }, () => limit.take(400)));
  expect(performance.now() - began).toBeGreaterThan(1_200);
});

it('what was read by the clock of a server that was ahead delays no read', async () => {
  for (const place of ['ahead', 'taken']) {
    const hours = Date.now() + 7_200_000;
    await under.redis.set(`{load-limit}:${place}`, place === 'ahead' ? `100 ${hours}` : hours);
  }
  await limit.take(100_000); // else it takes hours
});

it('a queue that does not answer delays reads a little, once, and not each by the time limit of a command', async () => {
  proxy.set('hang');
  for (let read = 0; read < 20; read++) await limit.take(100);
  expect(errors).toHaveLength(1); // one read waited for the time limit of a command
  // Its own bytes still take their time.
  expect(await msOf(() => limit.take(BYTES_PER_SEC / 2))).toBeGreaterThan(400);
  proxy.set('pass');
});
