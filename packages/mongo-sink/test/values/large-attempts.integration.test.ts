import { expect, it } from 'vitest';
import { mongoForTests } from '../mongo-for-tests.js';
import { dbThrough, failsAfter, membersIn, STATE, writeOf, writerOn } from './members-under-test.js';

const mongo = mongoForTests();

it('the many elements of an attempt that failed are found by one search, not by one for each batch', async () => {
  await writerOn(mongo.db).write(STATE, writeOf([['kept']]));
  const many = Array.from({ length: 450 }, (_, i) => `f${i}`);
  const failing = { ...writeOf([], 'another rule'), scan: failsAfter(['kept', ...many]) };
  const state = { ...STATE, revision: 1 };
  await expect(writerOn(mongo.db).write(state, failing)).rejects.toThrow('it fails');
  expect(await mongo.db.collection('hash_fields').countDocuments()).toBeGreaterThan(450);

  let removing = 0;
  const counted = dbThrough(mongo.db, (name, [filter], run) => {
    if (name === 'find' && JSON.stringify(filter).includes('"since"')) removing++;
    return run();
  });
  await writerOn(counted).write(state, writeOf([['kept', 'new']]));
  expect(await membersIn(mongo.db)).toEqual(['kept', 'new']);
  expect(await mongo.db.collection('hash_fields').countDocuments()).toBe(2);
  expect(removing).toBe(2); // the second one finds none
});
