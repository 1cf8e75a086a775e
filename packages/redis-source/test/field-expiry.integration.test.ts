import { type RedisServer, startRedis, startTcpProxy } from '@redis-to-mongo/local-stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fieldExpiry } from '../src/values/field-expiry.js';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

it('a hash that is read while it becomes known that fields do not expire is read without such times too', async () => {
  await redis.acl('SETUSER', 'reader', 'on', 'nopass', '~*', '+@all');
  // A server before 7.4 knows no such command, for nobody.
  await redis.acl('SETUSER', 'reader', '-hpexpiretime').catch((error: Error) => {
    expect(error.message).toMatch(/unknown command/i);
  });
  const proxy = await startTcpProxy(server.port);
  const login = { username: 'reader', password: 'any' };
  const [near, far] = [new Redis(server.url, login), new Redis(`redis://127.0.0.1:${proxy.port}`, login)];
  try {
    await far.ping();
    proxy.set('hang');
    const complete = fieldExpiry();
    const items = [[Buffer.from('field'), Buffer.from('value')]] as const;
    const later = complete(far, Buffer.from('far'), items);
    expect(await complete(near, Buffer.from('near'), items)).toEqual(items);
    proxy.set('pass');
    expect(await later).toEqual(items);
  } finally {
    near.disconnect();
    far.disconnect();
    await proxy.close();
  }
});
