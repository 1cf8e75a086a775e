import { firstState } from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { KeyStates } from '../../src/keys/key-states.js';
import { markPaused, markResumed } from '../../src/keys/pause-keys.js';
import { mongoForTests } from '../mongo-for-tests.js';

const mongo = mongoForTests();
const KEYS = Array.from({ length: 100 }, (_, i) => `key ${i}`);

async function msToResume(): Promise<number> {
  await markPaused(mongo.db, KEYS, new Date());
  const began = performance.now();
  const resumed = await markResumed(mongo.db, KEYS, new Date());
  const ms = performance.now() - began;
  expect([...resumed.values()].filter(Boolean)).toHaveLength(KEYS.length);
  return ms;
}

test('resuming keys costs the same, however many others are paused', async () => {
  const states = KEYS.map((key) => firstState(key, { stream: key, type: 'main' }, 'string', new Date()));
  await new KeyStates(mongo.db).saveAll(
    states.map((before) => ({ before, next: { ...before, revision: 1 } })),
  );
  const alone = Math.min(await msToResume(), await msToResume());
  const others = Array.from({ length: 10_000 }, (_, i) => ({ _id: `other ${i}`, pausedAt: new Date() }));
  await mongo.db.collection<{ _id: string }>('keys').insertMany(others);
  expect(Math.min(await msToResume(), await msToResume()) / alone).toBeLessThan(10);
  expect([...(await markResumed(mongo.db, ['key 0', 'other 0', 'nobody'], new Date()))]).toEqual([
    ['key 0', false],
    ['other 0', true],
  ]);
});
