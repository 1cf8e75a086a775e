import { startRedis } from '@redis-to-mongo/local-stack';
import { Redis } from 'ioredis';
import { expect, it, vi } from 'vitest';
import { streamNow } from '../src/adopt/stream-now.js';

it('counts what the old engine had not read, fewer large entries at once than small ones', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  try {
    const counts: number[] = [];
    const multi = redis.multi.bind(redis) as () => ReturnType<Redis['multi']>;
    vi.spyOn(redis, 'multi').mockImplementation((() => {
      const transaction = multi();
      const xrange = transaction.xrangeBuffer.bind(transaction) as (
        ...words: unknown[]
      ) => typeof transaction;
      transaction.xrangeBuffer = ((...words: unknown[]) => {
        counts.push(Number(words.at(-1)));
        return xrange(...words);
      }) as typeof transaction.xrangeBuffer;
      return transaction;
    }) as typeof redis.multi);
    for (let i = 1; i <= 40; i++) await redis.xadd('large', `${i}-0`, 'n', Buffer.alloc(1 << 20));
    expect(await streamNow(redis, 'large', '5-0')).toMatchObject({ unread: 35, consumed: 5, lastId: '40-0' });
    expect(Math.max(...counts)).toBeLessThanOrEqual(16);
    for (let i = 1; i <= 1_500; i++) redis.xadd('small', `${i}-0`, 'n', '1').catch(() => {});
    counts.length = 0;
    expect(await streamNow(redis, 'small', '5-0')).toMatchObject({ unread: 1_495, consumed: 5 });
    expect(Math.max(...counts)).toBeGreaterThan(500);
  } finally {
    redis.disconnect();
    await server.stop();
  }
});
