import { readFile } from 'node:fs/promises';
import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { isRedisForHere, type RedisName, type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { ByteBudget, type Line, syncKey, syncKeys } from '@redis-to-mongo/pipeline';
import { redisSource, trimStream } from '@redis-to-mongo/redis-source';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ValueUnderTest, valueUnderTest, wholeSlice } from './types/value-under-test.js';

/** The rule in docs/operations.md, and what a row of its table adds. */
async function documented(row: string): Promise<string[]> {
  const text = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const rule = /^ACL SETUSER mirror (.*)$/m.exec(text)?.[1];
  const cells = text.split('\n').find((line) => line.startsWith('|') && line.includes(row));
  if (rule === undefined || cells === undefined) throw new Error(`docs/operations.md has no ACL for ${row}`);
  const [, commands = ''] = cells.split(/(?<!\\)\|/);
  const more = [...commands.matchAll(/`([^`]+)`/g)].map(
    ([, command = '']) => `+${command.replace('\\|', '|')}`,
  );
  return [...rule.split(' '), ...more];
}

describe('the ACL of docs/operations.md', () => {
  it('is enough where keys may be read and not written, %R~*, for values read together and in pages, too', async () => {
    const server = await startRedis();
    const admin = new Redis(server.url);
    // What a row of the table adds is for servers that know it.
    const [knowsFields] = (await admin.call('COMMAND', 'INFO', 'hpexpiretime')) as unknown[];
    const rows = knowsFields ? ['`hpexpiretime`', '`json.get`'] : ['`json.get`'];
    const all = new Set((await Promise.all(rows.map(documented))).flat());
    const words = [...all].map((word) => (word === '~*' ? '%R~*' : word));
    await admin.call('ACL', 'SETUSER', 'mirror', 'reset', ...words.filter((word) => !word.includes('json')));
    const redis = new Redis(server.url, {
      username: 'mirror',
      password: 'password',
      disableClientInfo: true,
    });
    const under = await valueUnderTest({ redisUrl: server.url });
    try {
      const source = redisSource(redis, KEY_TYPES, {
        ...{ readEntries: 100, readBytes: 1 << 20 },
        ...{ maxInlineMembers: 100, scanCount: 20 },
      });
      const line = under.line({}, { source });
      const many = Array.from({ length: 300 }, (_, i) => `member ${i}`);
      await admin.sadd('large set', ...many);
      await admin.rpush('large list', ...many);
      await admin.zadd('large zset', ...many.flatMap((name, i) => [i, name]));
      await admin.hset('large hash', Object.fromEntries(many.map((name) => [name, name])));
      await admin.set('large string', 'x'.repeat(3 << 20));
      for (let i = 0; i < 50; i++) await admin.hset(`hash ${i}`, 'a', i);
      await admin.xadd('stream', '1-0', 'a', '1');
      await admin.call('ACL', 'LOG', 'RESET');
      const results: string[] = [];
      await syncKeys(line, await admin.keys('*'), wholeSlice, (_, end) => {
        results.push('report' in end ? end.report.result : String(end.error));
      });
      expect(results).toEqual(Array.from({ length: 56 }, () => 'synced'));
      expect(await admin.call('ACL', 'LOG')).toEqual([]);
    } finally {
      redis.disconnect();
      admin.disconnect();
      await under.close();
      await server.stop();
    }
  });
});

it('what docs/operations.md adds for TRIM_MODE is all needed: without any one of its commands but TIME, a trim is refused', async () => {
  const server = await startRedis();
  const admin = new Redis(server.url);
  const words = await documented('`TRIM_MODE`');
  const added = words.slice(words.lastIndexOf('+script|load') + 1);
  await admin.call('ACL', 'SETUSER', 'mirror', 'reset', ...words);
  const redis = new Redis(server.url, { username: 'mirror', password: 'password', disableClientInfo: true });
  const trim = async (mode: 'dry-run' | 'on') =>
    (await trimStream(redis, 'stream', { entryId: '9-0', digest: '' }, { mode, keepEntries: 1, keepMs: 0 }))
      .freed;
  try {
    for (let i = 1; i <= 9; i++) await admin.xadd('stream', `${i}-0`, 'n', i);
    await admin.xgroup('CREATE', 'stream', 'group', '0');
    await admin.xreadgroup('GROUP', 'group', 'one', 'STREAMS', 'stream', '>');
    await admin.xack('stream', 'group', '1-0', '2-0', '3-0');
    expect(added).toHaveLength(6);
    for (const word of added) {
      await admin.call('ACL', 'SETUSER', 'mirror', word.replace('+', '-'));
      // Without the server's time, the worker's clock is used.
      if (word === '+time') expect(await trim('dry-run')).toBe(3);
      else await expect(trim('on'), word).rejects.toMatchObject({ code: 'REDIS_PRIVILEGE' });
      await admin.call('ACL', 'SETUSER', 'mirror', word);
    }
    expect(await admin.xlen('stream')).toBe(9);
    expect(await trim('dry-run')).toBe(3);
    expect(await trim('on')).toBe(3);
    expect(await admin.xlen('stream')).toBe(6);
  } finally {
    redis.disconnect();
    admin.disconnect();
    await server.stop();
  }
});

describe.each<[string, RedisName | undefined, string]>([
  ['TRIM_MODE', undefined, '`TRIM_MODE`'],
  ['fields that expire', 'valkey-9', '`hpexpiretime`'],
  ['RedisJSON (needs Linux on x86-64)', 'redis-7.4', '`json.get`'],
  ['RedisTimeSeries (needs Linux on x86-64)', 'redis-7.4', '`ts.range`'],
  ['vector sets (needs Linux on x86-64)', 'redis-8', '`vcard`'],
])('the ACL of docs/operations.md, with what it says of %s', (_, program, row) => {
  describe.skipIf(program && !isRedisForHere(program))('is enough', () => {
    let server: RedisServer;
    let admin: Redis;
    let redis: Redis;
    let under: ValueUnderTest;
    let line: Line;
    beforeAll(async () => {
      server = await startRedis(program ? { program } : {});
      admin = new Redis(server.url);
      await admin.call('ACL', 'SETUSER', 'mirror', 'reset', ...(await documented(row)));
      redis = new Redis(server.url, { username: 'mirror', password: 'password', disableClientInfo: true });
      under = await valueUnderTest({ redisUrl: server.url });
      const source = redisSource(redis, KEY_TYPES, { readEntries: 100, readBytes: 1 << 20 });
      line = under.line({}, { source, budget: new ByteBudget(1 << 24) });
    });
    afterAll(async () => {
      redis.disconnect();
      admin.disconnect();
      await under.close();
      await server.stop();
    });

    it('for all that is done with a key, and nothing is refused', async () => {
      await admin.call('ACL', 'LOG', 'RESET');
      const keys = ['stream'];
      for (let i = 1; i <= 5; i++) await admin.xadd('stream', `${i}-0`, 'n', i);
      await admin.xgroup('CREATE', 'stream', 'group', '0');
      await admin.xreadgroup('GROUP', 'group', 'one', 'COUNT', 3, 'STREAMS', 'stream', '>');
      if (row.includes('hpexpiretime')) {
        await admin.hset('hash', 'a', '1', 'b', '2');
        await admin.call('HPEXPIREAT', 'hash', '4000000000000', 'FIELDS', '1', 'a');
        keys.push('hash');
      }
      if (row.includes('json')) {
        await admin.call('JSON.SET', 'json', '$', '{"a":1}');
        keys.push('json');
      }
      if (row.includes('ts.range')) {
        await admin.call('TS.ADD', 'series', '1', '0.5', 'LABELS', 'a', 'b');
        keys.push('series');
      }
      if (row.includes('vcard')) {
        await admin.call('VADD', 'vectors', 'VALUES', '2', '1', '2', 'a', 'SETATTR', '{"a":1}');
        keys.push('vectors');
      }
      for (const key of keys) expect((await syncKey(line, key, wholeSlice())).result).toBe('synced');
      for (const key of keys) expect((await syncKey(line, key, wholeSlice())).result).toBe('unchanged');
      if (row.includes('TRIM')) {
        const trimmed = await trimStream(
          redis,
          'stream',
          { entryId: '5-0', digest: '' },
          { mode: 'on', keepEntries: 1, keepMs: 0 },
        );
        expect(trimmed).toEqual({ freed: 0, isIncomplete: false });
        await admin.xack('stream', 'group', '1-0', '2-0', '3-0');
        expect(
          (
            await trimStream(
              redis,
              'stream',
              { entryId: '5-0', digest: '' },
              { mode: 'on', keepEntries: 1, keepMs: 0 },
            )
          ).freed,
        ).toBe(2);
      }
      if (row.includes('hpexpiretime'))
        expect(await under.manifest('hashes', 'hash')).toMatchObject({
          fieldsExpireAt: [{ field: 'a', expiresAt: new Date(4_000_000_000_000) }],
        });
      expect(await admin.call('ACL', 'LOG')).toEqual([]);
    });
  });
});
