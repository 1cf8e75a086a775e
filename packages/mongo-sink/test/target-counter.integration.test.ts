import { expect, it } from 'vitest';
import { countInTarget, targetCountedAgo } from '../src/index.js';
import { mongoForTests } from './mongo-for-tests.js';

const mongo = mongoForTests();

it('a target counted at a time to come was counted long ago, since the clock of MongoDB was set back', async () => {
  await countInTarget(mongo.db);
  expect(await targetCountedAgo(mongo.db)).toBeLessThan(60_000);
  const at = new Date(Date.now() + 86_400_000);
  await mongo.db.collection<{ _id: string }>('fleet').updateOne({ _id: 'counter' }, { $set: { at } });
  expect(await targetCountedAgo(mongo.db)).toBeGreaterThan(80_000_000);
});
