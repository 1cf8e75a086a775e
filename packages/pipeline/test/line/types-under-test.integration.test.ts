import { lineForTests } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';

const under = lineForTests();

it('the line of these tests syncs hashes and lists, too', async () => {
  await under.redis.hset('a hash', 'a', '1');
  await under.redis.rpush('a list', '1');
  for (const key of ['a hash', 'a list']) expect((await under.sync(key)).result, key).toBe('synced');
});
