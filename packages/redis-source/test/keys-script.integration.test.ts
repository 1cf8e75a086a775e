import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { scanKeys } from '@redis-to-mongo/redis-source';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

describe('the types of many keys', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    await admin.xadd('orders', '1-0', 'n', '1');
    await admin.set('text', '1');
  });
  beforeEach(async () => {
    await admin.script('FLUSH');
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  it.each([
    ['load no script', ['+@all', '-script|load']],
    ['only run the scripts that others have loaded', ['+scan', '+type', '+evalsha_ro']],
    ['run no script', ['+@all', '-evalsha_ro']],
    ['do everything', ['+@all']],
  ])('are reported to a user who may %s', async (_, rules) => {
    await admin.acl('SETUSER', 'limited', 'reset', 'on', 'nopass', '~*', ...rules);
    const redis = new Redis(server.url, {
      ...{ username: 'limited', password: 'any' },
      ...{ disableClientInfo: true, enableReadyCheck: false },
    });
    try {
      for (let sweep = 0; sweep < 2; sweep++) {
        const found = [];
        for await (const page of scanKeys(redis, () => true)) found.push(...page);
        expect(found.toSorted((a, b) => a.key.localeCompare(b.key))).toEqual([
          { key: 'orders', type: 'stream' },
          { key: 'text', type: 'string' },
        ]);
      }
    } finally {
      redis.disconnect();
    }
  });
});
