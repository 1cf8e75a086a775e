import { decodeEntry, type MessageDocument } from '@redis-to-mongo/pipeline';
import { BSON, type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readDeadLetter, writeDeadLetters, writeValueLetters } from '../src/dead-letters.js';

let client: MongoClient;
let db: Db;
beforeAll(() => {
  client = new MongoClient(inject('mongoUri'));
  db = client.db(`test_dead_letters_${process.pid}`);
});
afterAll(async () => {
  await db.dropDatabase();
  await client.close();
});

const WHY = { collection: 'stream_messages', code: 22, reason: 'no' };

it('a message that the driver can’t make BSON of is kept by its fields', async () => {
  const odd = { _id: 'odd@a1:a1-a0', stream: 'odd', type: 'main', entryId: '1-0', at: null };
  const documents: MessageDocument[] = [
    { ...odd, content: { _bsontype: 'ObjectId', plain: 'p' } },
    {
      ...odd,
      _id: 'odd@a1:a2-a0',
      content: { _bsontype: 'Long', n: 7 },
      mapped: { renamed: [[1, 'number']] },
    },
  ];
  expect(() => BSON.serialize(documents[0] ?? {})).toThrow(/BSON/);
  await writeDeadLetters(
    db,
    documents.map((document) => ({ document, bytes: 100, ...WHY })),
    new Date(),
  );
  const fields = async (id: string) =>
    decodeEntry((await readDeadLetter(db, id)) ?? {}).pairs.map((pair) => pair.map(String));
  expect(await fields('odd@a1:a1-a0')).toEqual([
    ['_bsontype', 'ObjectId'],
    ['plain', 'p'],
  ]);
  expect(await fields('odd@a1:a2-a0')).toEqual([
    ['_bsontype', 'Long'],
    ['number', '7'],
  ]);
});

it('many are kept by few commands, and the same one once', async () => {
  const refusals = Array.from({ length: 1200 }, (_, i) => ({
    document: {
      ...{ _id: `many@a1:a${i}-a0`, stream: 'many', type: 'main', entryId: `${i}-0`, at: null },
      content: { n: String(i) },
    },
    bytes: 100,
    ...WHY,
  }));
  for (let i = 0; i < 2; i++) await writeDeadLetters(db, refusals, new Date());
  expect(await db.collection('dead_letters').countDocuments({ stream: 'many' })).toBe(1200);
});

it('a value too large for one letter comes back, and leaves no part of a larger one before', async () => {
  const letter = (bytes: number) => ({
    ...{ id: 'v@a1:value', kind: 'value' as const, stream: 'v', type: 'main', ...WHY },
    document: { _id: 'v', value: 'x'.repeat(bytes), list: [1, { a: null }] },
  });
  for (const bytes of [15_000_000, 9_000_000, 10]) {
    await writeValueLetters(db, [letter(bytes)], new Date());
    const found = await readDeadLetter(db, 'v@a1:value');
    expect(found?.value.length).toBe(bytes);
    expect(found?.list).toEqual([1, { a: null }]);
    const parts = await db.collection('dead_letter_parts').countDocuments({ letter: 'v@a1:value' });
    expect(parts).toBe(bytes > 1000 ? 2 : 0);
  }
});
