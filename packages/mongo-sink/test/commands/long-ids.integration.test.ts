import {
  firstState,
  keyIdOf,
  messageId,
  messageIdPrefix,
  namePattern,
  withRetry,
} from '@redis-to-mongo/pipeline';
import { testSinkOptions } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { deleteByIds } from '../../src/commands/by-ids.js';
import { keysIn, lettersIn, type Stored } from '../../src/database/stored.js';
import { dropValueLetters } from '../../src/dead-letters/dead-letters.js';
import { settleKeyLetters, writeKeyLetter } from '../../src/dead-letters/key-letters.js';
import { findDeadLetters } from '../../src/dead-letters/letter-lists.js';
import { findKeys, keyNames } from '../../src/keys/find-keys.js';
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

it('keys and dead letters of a pattern are found, however long the names that are not text are together', async () => {
  const { db } = mongo;
  const bytes = NAMES.map((name) => Buffer.concat([Buffer.from([0xff]), Buffer.from(name)]));
  const names = [...bytes.map(keyIdOf), 'plain', 'another'];
  await keysIn(db).deleteMany({});
  await lettersIn(db).deleteMany({});
  for (const [i, key] of names.entries()) {
    await keysIn(db).insertOne({ ...toKeyDocument({ ...stateOf(key), lag: i }, '') });
    await lettersIn(db).insertOne({ _id: messageId(messageIdPrefix(key, 1), '1-0'), at: new Date(i) });
  }
  await lettersIn(db).insertOne({ _id: 'plain@key', kind: 'key', at: new Date(0) });

  const name = namePattern('*-*x');
  // A busy server may take so long for names of this length that the driver's monitor gives it up.
  const patiently = async <T>(read: () => Promise<T>) => await withRetry(read, testSinkOptions().retry);
  expect(await patiently(() => keyNames(db, { name }))).toHaveLength(NAMES.length);
  const most = await patiently(() => findKeys(db, { name: namePattern('*'), sort: 'lag', limit: 3 }));
  expect(most.total).toBe(names.length);
  expect(most.keys.map(({ key }) => key)).toEqual(names.slice(-3).reverse());
  expect(await patiently(() => findDeadLetters(db, { name, limit: 5 }))).toMatchObject({
    total: NAMES.length,
  });
  const plain = await patiently(() => findDeadLetters(db, { name: namePattern('pl*'), limit: 5 }));
  expect(plain.letters.map(({ id }) => id)).toEqual(['plain@a1:a1-a0', 'plain@key']);
});
