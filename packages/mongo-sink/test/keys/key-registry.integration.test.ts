import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { type Db, Long, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { activeKeyPages } from '../../src/keys/key-registry.js';

let namespace: FreshNamespace;
let client: MongoClient;
let db: Db;
/** The cursors of the finds so far. */
let cursors: Long[] = [];
const key = (i: number) => `key:${String(i).padStart(2, '0')}`;
const isActive = (i: number) => i % 5 !== 4;
const all = Array.from({ length: 25 }, (_, i) => i);
const active = all.filter(isActive).map(key);

beforeAll(async () => {
  namespace = await freshNamespace({ mongoUri: testMongoUri() });
  client = new MongoClient(namespace.mongoUri, { monitorCommands: true });
  client.on('commandSucceeded', ({ commandName, reply }) => {
    if (commandName === 'find') cursors.push(Long.fromValue(Object(reply).cursor.id));
  });
  db = client.db(namespace.mongoDbName);
  await db
    .collection<{ _id: string; status: string }>('keys')
    .insertMany(all.map((i) => ({ _id: key(i), status: isActive(i) ? 'active' : 'deleted' })));
});
beforeEach(() => {
  cursors = [];
});
afterAll(async () => {
  await client.close();
  await namespace.close();
});

it('gives the active keys by name, a page at a time, from one cursor', async () => {
  const pages: (readonly string[])[] = [];
  for await (const page of activeKeyPages(db, 8)) pages.push(page);
  expect(pages.flat()).toEqual(active);
  expect(pages.map((page) => page.length)).toEqual([8, 8, 4]);
  expect(cursors).toHaveLength(1);
});

it('goes on behind the last key where the server has closed the cursor', async () => {
  const found: string[] = [];
  for await (const page of activeKeyPages(db, 8)) {
    found.push(...page);
    if (found.length === 8) await db.command({ killCursors: 'keys', cursors });
  }
  expect(found).toEqual(active);
  expect(cursors).toHaveLength(2);
});

it('closes the cursor where nobody wants more', async () => {
  for await (const _page of activeKeyPages(db, 8)) break;
  const { cursorsNotFound } = await db.command({ killCursors: 'keys', cursors });
  expect(cursorsNotFound).toHaveLength(1);
});
