import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { type Batch, ByteBudget, type Element, firstState } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { type RedisCluster, startCluster } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeSlice } from './types/value-under-test.js';

describe('values on a cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(async () => {
    await cluster.close();
  });

  const read = async (key: string): Promise<Batch> => {
    const source = redisSource(cluster.redis, KEY_TYPES, {
      readEntries: 100,
      readBytes: 1 << 20,
      scanCount: 50,
    });
    const type = await source.typeOf(key);
    const syncer = typeof type === 'string' ? source.syncer(type) : undefined;
    if (!syncer) throw new Error(`${key} has no syncer`);
    const state = firstState(key, { stream: key, type: 'main' }, syncer.keyType, new Date());
    for await (const batch of syncer.read(state, wholeSlice(), new ByteBudget(1 << 26))) return batch;
    throw new Error(`nothing to read of ${key}`);
  };

  it('are read at once and in pages, whichever server holds them', async () => {
    for (let i = 0; i < 9; i++) {
      await cluster.redis.sadd(`small ${i}`, 'a', 'b');
      expect((await read(`small ${i}`)).writes).toMatchObject([
        { kind: 'replace', document: { members: ['a', 'b'], size: 2 } },
      ]);
      await cluster.redis.sadd(
        `large ${i}`,
        Array.from({ length: 20_000 }, (_, n) => `member ${n}`),
      );
      const [write] = (await read(`large ${i}`)).writes;
      if (write?.kind !== 'members' || !write.scan) throw new Error('not read as a large value');
      const elements: Element[] = [];
      const pages = write.scan('paged');
      let page = await pages.next();
      for (; !page.done; page = await pages.next()) elements.push(...page.value);
      expect(page.value).toBe(true);
      expect(elements).toHaveLength(20_000);
    }
  });
});
