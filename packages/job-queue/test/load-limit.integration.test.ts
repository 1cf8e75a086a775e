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

it('a queue that does not answer delays reads a little, once, and not each by the time limit of a command', async () => {
  proxy.set('hang');
  const reads = async () => {
    for (let read = 0; read < 20; read++) await limit.take(100);
  };
  expect(await msOf(reads)).toBeLessThan(5_000);
  expect(errors).toHaveLength(1);
  // Its own bytes still take their time.
  expect(await msOf(() => limit.take(BYTES_PER_SEC / 2))).toBeGreaterThan(400);
  proxy.set('pass');
});
