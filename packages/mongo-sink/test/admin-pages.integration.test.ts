import { firstState, messageId, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { messagePages, oldDocuments } from '../src/index.js';

let client: MongoClient;
let db: Db;
beforeAll(() => {
  client = new MongoClient(testMongoUri());
  db = client.db(`test_admin_pages_${process.pid}`);
});
afterAll(async () => {
  await db.dropDatabase();
  await client.close();
});

const MIB = 1024 * 1024;

it('messages that are migrated, and documents that are adopted, come fewer at once where they are large', async () => {
  const place = { stream: 'large', type: 'main' };
  const messages = Array.from({ length: 30 }, (_, i) => ({
    _id: messageId(messageIdPrefix('large', 1), `${i + 1}-0`),
    ...place,
    entryId: `${i + 1}-0`,
    content: { text: 'x'.repeat(MIB) },
  }));
  await db.collection<{ _id: string }>('stream_messages').insertMany(messages);
  const state = firstState('large', place, 'stream', new Date());
  const sizes: number[] = [];
  const ids: string[] = [];
  for await (const page of messagePages(db, state, [])) {
    sizes.push(page.length);
    ids.push(...page.map(({ message }) => message._id));
  }
  expect(ids).toEqual(messages.map(({ _id }) => _id));
  expect(Math.max(...sizes)).toBe(8);
  for await (const page of oldDocuments(db, 'stream_messages', 1000)) expect(page.length).toBeLessThan(9);
});
