import { testMongoUri } from '@redis-to-mongo/test-kit';
import { BSON, type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findRaw } from '../../src/commands/find-raw.js';
import { mongoForTests } from '../mongo-for-tests.js';

const mongo = mongoForTests();
const commands: string[] = [];
let client: MongoClient;
let db: Db;

beforeAll(async () => {
  client = new MongoClient(testMongoUri(), { monitorCommands: true });
  client.on('commandStarted', ({ commandName }) => commands.push(commandName));
  db = client.db(mongo.db.databaseName);
});
afterAll(() => client.close());

const idsOf = (found: readonly Uint8Array[]) => found.map((bytes) => BSON.deserialize(bytes)._id).sort();

it('finds documents by their ids, by one command', async () => {
  const ids = Array.from({ length: 300 }, (_, i) => `small ${i}`);
  await db.collection<{ _id: string }>('keys').insertMany(ids.map((_id) => ({ _id })));
  commands.length = 0;
  expect(idsOf(await findRaw(db, 'keys', [...ids, 'not there']))).toEqual([...ids].sort());
  expect(await findRaw(db, 'keys', [])).toEqual([]);
  expect(commands).toEqual(['find']);
});

it('finds also more than one reply holds, and leaves no cursor open', async () => {
  const ids = Array.from({ length: 5 }, (_, i) => `large ${i}`);
  const content = 'x'.repeat(6 * 1024 * 1024);
  for (const _id of ids)
    await db.collection<{ _id: string; content: string }>('keys').insertOne({ _id, content });
  commands.length = 0;
  expect(idsOf(await findRaw(db, 'keys', ids))).toEqual(ids);
  expect(commands.filter((name) => name === 'find').length).toBeGreaterThan(2);
  expect(commands.filter((name) => name === 'killCursors').length).toBeGreaterThan(0);
});
