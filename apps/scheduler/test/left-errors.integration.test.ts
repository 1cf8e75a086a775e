import { readMirrorFacts, recordError } from '@redis-to-mongo/mongo-sink';
import { SyncError } from '@redis-to-mongo/pipeline';
import { lineForTests } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { RefusedKeys } from '../src/refused-keys.js';

const under = lineForTests();

it('a failing key that is no longer mirrored fails no longer; the others do', async () => {
  const error = new SyncError('REDIS_KEY_HIDDEN', 'unknown', 'the user may not read this key');
  for (const key of ['fails', 'excluded', 'of another type']) {
    if (key === 'of another type') await under.redis.sadd(key, 'a');
    else await under.add(key, 1, 1);
    await under.sync(key);
    await recordError(under.db, key, error);
  }
  const failing = async () => (await readMirrorFacts(under.db, { worst: 1, paused: 1 })).failing;
  expect(await failing()).toBe(3);
  const { redis, db } = under;
  const wanted = (key: string) => key !== 'excluded';
  await new RefusedKeys({ redis, db, wanted, types: ['stream'] }).settle();
  expect(await failing()).toBe(1);
  expect(await under.state('fails')).toMatchObject({ lastError: { code: 'REDIS_KEY_HIDDEN' } });
});
