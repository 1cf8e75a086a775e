import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { ByteBudget } from '@redis-to-mongo/pipeline';
import { connectRedis, knownMasters, masterOf, redisError } from '@redis-to-mongo/redis-connection';
import { redisSource, scanNames, typesOf } from '@redis-to-mongo/redis-source';
import { type RedisCluster, startCluster } from '@redis-to-mongo/test-kit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** Keys of one slot, by their hash tag; half of them have moved to another node, as in the middle of a resharding. */
describe('while a slot of a cluster moves', () => {
  let KEYS: readonly string[];
  let cluster: RedisCluster;
  let redis: Redis;
  let from: Redis;
  let toPort: number;
  const move = async (keys: readonly string[]) =>
    await from.migrate('127.0.0.1', toPort, '', 0, 5_000, 'KEYS', ...keys);
  beforeAll(async () => {
    cluster = await startCluster();
    redis = connectRedis(
      {
        ...{ host: '', port: 0, db: 0 },
        tls: { enabled: false, rejectUnauthorized: true },
        clusterNodes: cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
      },
      () => {},
      { enableAutoPipelining: true },
    );
    // It moves to the node that is scanned first.
    const [first] = await knownMasters(redis);
    if (!first) throw new TypeError('no masters');
    const tags = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const owners = await Promise.all(tags.map((tag) => masterOf(redis, tag)));
    const n = owners.findIndex((owner) => owner !== first);
    from = owners[n] ?? first;
    toPort = first.options.port ?? 0;
    KEYS = Array.from({ length: 40 }, (_, i) => `{${tags[n]}}:${i}`);
    for (const [i, key] of KEYS.entries())
      await (i % 2 === 0 ? cluster.redis.set(key, 'a') : cluster.redis.xadd(key, '1-0', 'n', '1'));
    const slot = Number(await from.cluster('KEYSLOT', tags[n] ?? ''));
    const [fromId, toId] = [await from.cluster('MYID'), await first.cluster('MYID')];
    await first.cluster('SETSLOT', slot, 'IMPORTING', String(fromId));
    await from.cluster('SETSLOT', slot, 'MIGRATING', String(toId));
    await move(KEYS.slice(0, 20));
  });
  afterAll(async () => {
    redis.disconnect();
    await cluster.close();
  });

  const types = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'string' : 'stream'));
  const source = () => redisSource(redis, KEY_TYPES, { readEntries: 100, readBytes: 1 << 20 });

  it('no key passes for deleted that was asked for beside one that has moved', async () => {
    for (let i = 0; i < 20; i++) {
      expect(await Promise.all(KEYS.map((key) => source().typeOf(key)))).toEqual(types);
      expect(await typesOf(redis, [...KEYS, `${KEYS[0]}:none`])).toEqual([...types, undefined]);
    }
  });

  it('small values that are read together are those of all keys', async () => {
    for (let i = 0; i < 20; i++) {
      const { found, release } = await source().readSmall(KEYS, new ByteBudget(1 << 26));
      release();
      expect(found).not.toContain('gone');
    }
  });

  it.each([
    ['that names keys on both sides', 2],
    ['that uses a key on the other side', 1],
  ])('a script %s fails as transient', async (_, named) => {
    const [moved = '', left = ''] = [KEYS[0], KEYS[20]];
    const names = named === 2 ? [moved, left] : [left];
    const run = cluster.redis.eval("return redis.call('EXISTS', ARGV[1])", named, ...names, moved);
    const error = redisError(await run.catch((cause: unknown) => cause));
    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', errorClass: 'transient' });
    expect(error.message).toMatch(/the cluster (is moving|has moved) the slot/);
  });

  it('keys are asked for once more whose slots have changed before their commands were sent', async () => {
    const pipeline = redis.pipeline.bind(redis);
    vi.spyOn(redis, 'pipeline').mockImplementationOnce(() =>
      Object.assign(pipeline(), {
        exec: async () => {
          throw new Error('All keys in the pipeline should belong to the same slots allocation group');
        },
      }),
    );
    expect(await typesOf(redis, KEYS)).toEqual(types);
  });

  it('a key is found that moves to a node that was scanned already', async () => {
    const names = new Set<string>();
    for await (const page of scanNames(redis, () => true)) {
      if (names.size === 0) await move(KEYS.slice(20, 22));
      for (const name of page) names.add(name);
    }
    expect([...names].sort()).toEqual([...KEYS].sort());
  });
});
