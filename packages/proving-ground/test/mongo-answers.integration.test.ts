import { freshNamespace } from '@redis-to-mongo/local-stack';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type ChosenFate,
  type Fate,
  type MongoAnswers,
  startMongoAnswers,
} from '../src/chaos/mongo-answers/mongo-answers.js';

let namespace: Awaited<ReturnType<typeof freshNamespace>>;
let answers: MongoAnswers;
let client: MongoClient;

beforeAll(async () => {
  namespace = await freshNamespace({ mongoUri: testMongoUri() });
  const url = new URL(namespace.mongoUri);
  answers = await startMongoAnswers(Number(url.port));
  url.port = String(answers.port);
  client = new MongoClient(url.href, { directConnection: true, retryWrites: false, retryReads: false });
});
beforeEach(async () => {
  answers.choose();
  await items().deleteMany({});
});
afterAll(async () => {
  await client.close();
  await answers.close();
  await namespace.close();
});

const items = () => client.db(namespace.mongoDbName).collection<{ _id: number }>('items');
const chosen = (fate: Fate, more: Partial<ChosenFate> = {}): ChosenFate => ({
  ...{ fate, code: 189, labels: [], share: 0.5, lateMs: 300, ...more },
});

it.each<[Fate, number[], object | undefined]>([
  ['refused', [], { code: 189, message: 'code 189' }],
  ['done and refused', [1, 2, 3, 4], { code: 189 }],
  ['done in part', [1, 2], { code: 189 }],
  ['not confirmed', [1, 2, 3, 4], { code: 189 }],
  ['answer cut', [1, 2, 3, 4], { message: expect.stringContaining('closed') }],
  ['command cut', [], { message: expect.stringMatching(/closed|ECONNRESET/) }],
  ['answer late', [1, 2, 3, 4], undefined],
])('%s: of four documents, these are there: %j', async (fate, there, expected) => {
  answers.choose((command) => (command === 'insert' ? chosen(fate) : undefined));
  const before = answers.met;
  const inserted = items().insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }, { _id: 4 }], { ordered: false });
  if (expected === undefined) await inserted;
  else await expect(inserted).rejects.toMatchObject(expected);
  expect(answers.met).toBe(before + 1);
  const ids = (await items().find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
  expect(ids).toEqual(there);
});

it('records that are refused each have an error in the answer', async () => {
  answers.choose((command) => (command === 'update' ? chosen('records refused') : undefined));
  const updates = [1, 2, 3].map((_id) => ({ q: { _id }, u: { $set: { a: 1 } }, upsert: true }));
  const reply = await client.db(namespace.mongoDbName).command({ update: 'items', updates, ordered: false });
  expect(reply).toMatchObject({
    ok: 1,
    n: 1,
    writeErrors: [
      { index: 1, code: 189 },
      { index: 2, code: 189 },
    ],
  });
});
