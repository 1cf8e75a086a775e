import { KEY_TYPES, valueType } from '@redis-to-mongo/key-types';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { syncKeys } from '@redis-to-mongo/pipeline';
import { redisSource, streamCounters, typesOf } from '@redis-to-mongo/redis-source';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ItemReader } from '../src/values/item-reader.js';
import { serverSource } from '../src/values/server-source.js';
import { valueUnderTest, wholeSlice } from './types/value-under-test.js';

describe('a key that the ACL hides from the user', () => {
  let server: RedisServer;
  let admin: Redis;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    await admin.acl('SETUSER', 'mirror', 'on', 'nopass', '%R~orders*', '+@all');
    await admin.xadd('orders', '1-0', 'n', '1');
    await admin.set('secret', '1');
    redis = new Redis(server.url, { username: 'mirror', password: 'any', enableAutoPipelining: true });
  });
  afterAll(async () => {
    redis.disconnect();
    admin.disconnect();
    await server.stop();
  });

  it('has no type that anybody mirrors, and keeps nobody from the others', async () => {
    expect(await typesOf(redis, ['orders', 'secret', 'orders none'])).toEqual([
      'stream',
      { unknown: 'no permission' },
      undefined,
    ]);
  });

  it('has no counters, and keeps nobody from those of others', async () => {
    await admin.xadd('hidden stream', '1-0', 'n', '1');
    expect(await streamCounters(redis, ['hidden stream', 'orders'])).toEqual([
      undefined,
      expect.objectContaining({ length: 1, lastId: '1-0' }),
    ]);
  });

  it('is an error of that key alone, which names the remedy and not the key', async () => {
    const source = redisSource(redis, ['string'], { readEntries: 1, readBytes: 1 });
    await expect(source.typeOf('secret')).rejects.toMatchObject({
      code: 'REDIS_KEY_HIDDEN',
      errorClass: 'unknown',
      message: expect.stringMatching(/KEY_EXCLUDE/),
    });
  });

  it('says nothing of commands: what is found out once is not found out by it', async () => {
    const at = 4_000_000_000_000;
    await admin.set('orders text', 'x', 'PXAT', at);
    const reader = new ItemReader(redis, serverSource(valueType('string').source), 10);
    await expect(reader.atomic(Buffer.from('secret')).next()).rejects.toMatchObject({
      code: 'REDIS_KEY_HIDDEN',
    });
    const reading = reader.atomic(Buffer.from('orders text'));
    await reading.next();
    // To the millisecond: PEXPIRETIME was not taken for a command that the user may not run.
    expect((await reading.next()).value).toMatchObject({ isWhole: true, expiresAt: at });
  });

  it('makes no trouble where it was never mirrored, and fails where it was, whatever the others do', async () => {
    const under = await valueUnderTest({ redisUrl: server.url });
    try {
      await admin.set('mirrored before', '1');
      await under.sync('mirrored before');
      await admin.set('orders text', 'x');
      const source = redisSource(redis, KEY_TYPES, { readEntries: 10, readBytes: 1 << 20 });
      const line = under.line({}, { source });
      const ends = new Map<string, unknown>();
      await syncKeys(line, ['secret', 'mirrored before', 'orders text'], wholeSlice, (key, end) => {
        ends.set(key, 'report' in end ? end.report.result : end.error);
      });
      expect(ends.get('secret')).toBe('unsupported');
      expect(ends.get('mirrored before')).toMatchObject({ code: 'REDIS_KEY_HIDDEN' });
      expect(ends.get('orders text')).toBe('synced');
      expect(await under.state('mirrored before')).toMatchObject({ status: 'active', incarnation: 1 });
    } finally {
      await under.close();
    }
  });
});
