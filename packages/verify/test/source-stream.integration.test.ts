import { freshNamespace } from '@redis-to-mongo/local-stack';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { sourcePages } from '../src/source-stream.js';

it('entries that are compared come fewer at once where they are large', async () => {
  const namespace = await freshNamespace({ mongoUri: testMongoUri() });
  const redis = connectRedis(addressOfUrl(namespace.redis.url), () => {});
  try {
    const text = 'x'.repeat(1024 * 1024);
    for (let n = 1; n <= 40; n++) await redis.xadd('large', `${n}-0`, 'text', text);
    for (let n = 1; n <= 1000; n++) await redis.xadd('small', `${n}-0`, 'n', '1');
    const sizesOf = async (key: string) => {
      const sizes: number[] = [];
      for await (const page of sourcePages(redis, key)) sizes.push(page.length);
      return sizes;
    };
    expect(await sizesOf('large')).toEqual([16, 3, 3, 3, 3, 3, 3, 3, 3]);
    expect(await sizesOf('small')).toEqual([16, 128, 500, 356]);
  } finally {
    redis.disconnect();
    await namespace.close();
  }
});
