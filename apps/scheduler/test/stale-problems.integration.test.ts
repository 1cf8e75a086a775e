import { readMirrorFacts, recordError } from '@redis-to-mongo/mongo-sink';
import { Slice, SyncError, syncKey } from '@redis-to-mongo/pipeline';
import { lineForTests } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { StaleProblems } from '../src/stale-problems.js';

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
  await new StaleProblems({ redis, db, wanted, types: ['stream'] }).clear();
  expect(await failing()).toBe(1);
  expect(await under.state('fails')).toMatchObject({ lastError: { code: 'REDIS_KEY_HIDDEN' } });
});

it('a key that is no longer mirrored is behind no longer; a run that began before saves nothing', async () => {
  for (const key of ['slow', 'left out']) {
    await under.add(key, 1, 5);
    await under.sync(key, { entries: 2 });
  }
  const behind = async () => (await readMirrorFacts(under.db, { worst: 9, paused: 1 })).lag.worst;
  expect(await behind()).toHaveLength(2);
  const line = await under.line({
    at: async (step) => {
      if (step !== 'after-write') return;
      const { redis, db } = under;
      const wanted = (key: string) => key !== 'left out';
      await new StaleProblems({ redis, db, wanted, types: ['stream'] }).clear();
    },
  });
  expect(await syncKey(line, 'left out', new Slice({ entries: 2, bytes: 1e6, ms: 1e6 }))).toMatchObject({
    result: 'overtaken',
  });
  expect(await behind()).toMatchObject([{ key: 'slow', entries: 3 }]);
  expect(await under.sync('left out')).toMatchObject({
    result: 'synced',
    written: 1,
    alreadyThere: 2,
    lag: 0,
  });
});
