import { setImmediate } from 'node:timers/promises';
import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { connectRedis, writeTogether } from '../src/index.js';

let server: RedisServer;
let way: TcpProxy;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  way = await startTcpProxy(server.port);
});
beforeEach(async () => {
  redis = writeTogether(connectRedis({ host: '127.0.0.1', port: way.port, db: 0, tls: NO_TLS }, () => {}));
  await redis.ping();
});
afterEach(() => {
  redis.disconnect();
});
afterAll(async () => {
  await way.close();
  await server.stop();
});

/** Sends a command at each of several steps that Node takes in one turn of its event loop. */
async function countUp(times: number): Promise<unknown[]> {
  const replies: Promise<unknown>[] = [];
  for (let n = 1; n <= times; n++) {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    replies.push(redis.incr('n'));
  }
  return await Promise.all(replies);
}

it('the commands of one turn go out by one write, and each gets its own reply', async () => {
  await redis.del('n');
  await setImmediate();
  const writes = [vi.spyOn(redis.stream, '_write'), vi.spyOn(redis.stream, '_writev')];
  expect(await countUp(50)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect(writes.reduce((sum, spy) => sum + spy.mock.calls.length, 0)).toBe(1);
});

it('so does a transaction beside them, and a value larger than what the socket takes at once', async () => {
  const value = 'x'.repeat(8_000_000);
  const [stored, executed, length] = await Promise.all([
    redis.set('large', value),
    redis.multi().strlen('large').incrby('m', 0).exec(),
    redis.strlen('large'),
  ]);
  expect([stored, executed?.[0], length]).toEqual(['OK', [null, value.length], value.length]);
});

it('goes on after the connection was lost, also in the middle of a turn', async () => {
  const lost = new Promise<void>((resolve) => redis.once('close', resolve));
  const asked = redis.ping();
  way.set('cut');
  await lost;
  way.set('pass');
  expect(await asked).toBe('PONG');
  await redis.del('n');
  expect(await countUp(3)).toEqual([1, 2, 3]);
});
