import { lineForTests } from '@redis-to-mongo/test-kit';
import { expect, it, vi } from 'vitest';

const under = lineForTests();

it.each(['stream', 'set'])(
  'when a %s expires is what Redis says, however wrong the clock of the worker is',
  async (key) => {
    if (key === 'stream') await under.add(key, 1, 3);
    else await under.redis.sadd(key, 'a');
    await under.redis.pexpireat(key, 4_000_000_000_000);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
    await under.sync(key).finally(() => vi.useRealTimers());
    expect((await under.state(key)).expiresAt).toEqual(new Date(4_000_000_000_000));
    expect((await under.sync(key)).result).toBe('unchanged');
  },
);
