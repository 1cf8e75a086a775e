import { isRedisForHere, type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

/** Since Redis 8.2, a trim can remove the entries between others that consumer groups have acknowledged. */
describe.skipIf(!isRedisForHere('redis-8'))('acknowledged entries trimmed between others', () => {
  let server: RedisServer;
  let cli: CliUnderTest;
  let redis: ReturnType<typeof connectRedis>;

  beforeAll(async () => {
    server = await startRedis({ program: 'redis-8' });
    redis = connectRedis(addressOfUrl(server.url), () => {});
    cli = await cliUnderTest({ REDIS_URL: server.url });
  });
  afterAll(async () => {
    await cli.close();
    redis.disconnect();
    await server.stop();
  });

  const entryIds = async (stream: string) => {
    const found = cli.db.collection('stream_messages').find({ stream }).sort({ _id: 1 });
    return (await found.toArray()).map(({ entryId }) => entryId);
  };

  it('stay in MongoDB, are equal for verify, and are no sign of another stream, also once the group is gone', async () => {
    const ids = ['1-0', '2-0', '3-0', '4-0'];
    for (const id of ids) await redis.xadd('jobs', id, 'v', id);
    await redis.xgroup('CREATE', 'jobs', 'workers', '0');
    await redis.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 10, 'STREAMS', 'jobs', '>');
    expect(await cli.json('once')).toMatchObject({ keys: [{ key: 'jobs', written: 4 }] });

    await redis.xack('jobs', 'workers', '2-0', '3-0', '4-0');
    await redis.call('XADD', 'jobs', 'MAXLEN', '1', 'ACKED', '5-0', 'v', '5-0');
    expect((await redis.xrange('jobs', '-', '+')).map(([id]) => id)).toEqual(['1-0', '5-0']);
    expect(await cli.json('once')).toMatchObject({ keys: [{ key: 'jobs', written: 1, gap: 0 }] });
    expect(await cli.json('verify')).toMatchObject({ keys: 1, differing: [] });

    await redis.xack('jobs', 'workers', '1-0');
    await redis.xgroup('DESTROY', 'jobs', 'workers');
    await redis.xadd('jobs', '6-0', 'v', '6-0');
    for (const written of [1, 0])
      expect(await cli.json('once')).toMatchObject({ keys: [{ key: 'jobs', written, gap: 0 }] });
    expect(await entryIds('jobs')).toEqual([...ids, '5-0', '6-0']);
    expect(await cli.json('verify')).toMatchObject({ keys: 1, differing: [] });
  });

  it('are no sign of another stream if the group is gone before the next read', async () => {
    for (const id of ['1-0', '2-0', '3-0']) await redis.xadd('short', id, 'v', id);
    await redis.xgroup('CREATE', 'short', 'workers', '0');
    expect(await cli.json('once', 'short')).toMatchObject({ keys: [{ written: 3 }] });
    await redis.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 10, 'STREAMS', 'short', '>');
    await redis.xack('short', 'workers', '2-0', '3-0');
    await redis.call('XTRIM', 'short', 'MAXLEN', '1', 'ACKED');
    await redis.xgroup('DESTROY', 'short', 'workers');
    await redis.xadd('short', '4-0', 'v', '4-0');
    expect(await cli.json('once', 'short')).toMatchObject({ keys: [{ written: 1, gap: 0 }] });
    expect(await entryIds('short')).toEqual(['1-0', '2-0', '3-0', '4-0']);
  });
});
