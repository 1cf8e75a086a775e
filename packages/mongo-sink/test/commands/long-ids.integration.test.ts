import { firstState, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { expect, it } from 'vitest';
import { deleteByIds } from '../../src/commands/by-ids.js';
import { keysIn, lettersIn, type Stored } from '../../src/database/stored.js';
import { dropValueLetters } from '../../src/dead-letters/dead-letters.js';
import { settleKeyLetters, writeKeyLetter } from '../../src/dead-letters/key-letters.js';
import { forgetGoneKeys } from '../../src/keys/forget-gone-keys.js';
import { toKeyDocument } from '../../src/keys/key-document.js';
import { mongoForTests } from '../mongo-for-tests.js';

const mongo = mongoForTests();
const MIB = 1024 * 1024;

/** Names that together are larger than a command may be. */
const NAMES = Array.from({ length: 18 }, (_, i) => `${i}-`.padEnd(MIB, 'x'));

function stateOf(key: string) {
  return firstState(key, { stream: key, type: 'main' }, 'set', new Date());
}

it('many deleted keys with long names that are kept are checked again only after the same time', async () => {
  const { db } = mongo;
  const longAgo = new Date(1_000);
  const documents = NAMES.map((key) => ({
    ...toKeyDocument({ ...stateOf(key), status: 'deleted', counts: { ...stateOf(key).counts, gap: 1 } }, ''),
    goneCheckedAt: longAgo,
  }));
  for (const document of documents) await keysIn(db).insertOne(document);
  expect(await forgetGoneKeys(db, new Date(), [])).toMatchObject({ forgotten: 0 });
  expect(await keysIn(db).countDocuments({ goneCheckedAt: longAgo })).toBe(0);
});

it('the letters of many elements are removed once their value is written whole', async () => {
  const { db } = mongo;
  const key = 'value'.padEnd(100_000, 'x');
  const prefix = `${messageIdPrefix(key, 1)}unit:`;
  const letters = Array.from({ length: 180 }, (_, i) => ({
    ...{ _id: `${prefix}${i}`, kind: 'unit', stream: key, type: 'main' },
  }));
  await lettersIn(db).insertMany(letters);
  const state = { ...stateOf(key), counts: { ...stateOf(key).counts, dead: 1 } };
  expect(await dropValueLetters(db, state)).toBe(1);
  expect(await lettersIn(db).countDocuments({ stream: key })).toBe(0);
});

it('the letters of refused keys with long names are settled', async () => {
  const { db } = mongo;
  await keysIn(db).deleteMany({});
  for (const key of NAMES)
    await writeKeyLetter(db, { ...toKeyDocument(stateOf(key), '') }, { code: 121, message: 'refused' });
  expect(await settleKeyLetters(db, async (keys) => keys.map(() => true))).toBe('');
  expect(await lettersIn(db).countDocuments({ kind: 'key' })).toBe(0);
});

it('documents with long ids are removed by few at a time', async () => {
  const documents = mongo.db.collection<Stored>('long');
  for (const _id of NAMES) await documents.insertOne({ _id });
  await deleteByIds(documents, NAMES);
  expect(await documents.countDocuments()).toBe(0);
});
