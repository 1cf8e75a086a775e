import { afterEach, expect, it } from 'vitest';
import { tryCommand } from '../../src/commands/write-command.js';
import { refusedBy } from '../../src/errors/refused-by.js';
import { mongoForTests } from '../mongo-for-tests.js';

interface Stored {
  _id: string;
  revision?: number;
  name?: string;
}

// Every server answers these in words of its own. They must mean the same: a repeated write meets its own document.
const mongo = mongoForTests();
const values = () => mongo.db.collection<Stored>('values');
afterEach(async () => {
  await values().deleteMany({});
});

const newer = { _id: 'a', revision: { $lt: 3 } };
const u = { $set: { revision: 3 } };

it.each([
  ['an insert', () => values().insertOne({ _id: 'a' })],
  ['an update that inserts', () => values().updateOne(newer, u, { upsert: true })],
  ['findAndModify that inserts', () => values().findOneAndUpdate(newer, u, { upsert: true })],
])('%s that meets its own _id says so', async (_, write) => {
  await values().insertOne({ _id: 'a', revision: 5 });
  const error = await write().catch((thrown: unknown) => thrown);
  expect(refusedBy(error)).toMatchObject({ isOwnId: true });
  expect(await values().findOne()).toEqual({ _id: 'a', revision: 5 });
});

it.each(['insert', 'update'])('each record of an %s says whether it met its own _id', async (name) => {
  await mongo.db.collection('values').createIndex({ name: 1 }, { unique: true, sparse: true });
  await values().insertOne({ _id: 'a', name: 'first', revision: 5 });
  const documents = [
    { _id: 'a', revision: 3 },
    { _id: 'b', name: 'first' },
    { _id: 'c', name: "Index '_id_'" },
  ];
  const updates = documents.map(({ _id, ...$set }) => ({
    q: { _id, revision: { $lt: 3 } },
    u: { $set },
    upsert: true,
  }));
  const command = name === 'insert' ? { insert: 'values', documents } : { update: 'values', updates };
  const reply = await tryCommand(mongo.db, command);
  const errors = 'errors' in reply ? reply.errors : [];
  expect(errors.map(({ index, code, isOwnId }) => ({ index, code, isOwnId }))).toEqual([
    { index: 0, code: 11000, isOwnId: true },
    { index: 1, code: 11000, isOwnId: false },
  ]);
});
