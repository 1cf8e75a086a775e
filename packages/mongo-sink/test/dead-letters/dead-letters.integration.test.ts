import { startTcpProxy } from '@redis-to-mongo/local-stack';
import {
  decodeEntry,
  firstState,
  type MessageDocument,
  messageId,
  messageIdPrefix,
} from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { BSON, type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readDeadLetter,
  type ValueRefusal,
  writeDeadLetters,
  writeValueLetters,
} from '../../src/dead-letters/dead-letters.js';
import { settleKeyLetters, writeKeyLetter } from '../../src/dead-letters/key-letters.js';
import { dropDeadLetter, replayDeadLetter } from '../../src/dead-letters/replay-dead-letters.js';
import { toKeyDocument } from '../../src/keys/key-document.js';

let client: MongoClient;
let db: Db;
beforeAll(() => {
  client = new MongoClient(testMongoUri());
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

const valueLetter = (key: string, bytes: number): ValueRefusal => ({
  ...{ id: `${key}@a1:value`, kind: 'value' as const, stream: key, type: 'main', ...WHY },
  document: { _id: key, value: 'x'.repeat(bytes), list: [1, { a: null }] },
});

it('many of values are kept by few commands, too', async () => {
  const watched = new MongoClient(testMongoUri(), { monitorCommands: true });
  const commands: string[] = [];
  watched.on('commandStarted', ({ commandName }) => void commands.push(commandName));
  try {
    const letters = Array.from({ length: 700 }, (_, i) => valueLetter(`value ${i}`, 100));
    await writeValueLetters(watched.db(db.databaseName), letters, new Date());
    expect(commands).toEqual(['delete', 'update', 'update']);
  } finally {
    await watched.close();
  }
  expect(await db.collection('dead_letters').countDocuments({ kind: 'value' })).toBe(700);
});

it('a server that can’t be reached is reported as such, so that the letters are tried again', async () => {
  const uri = new URL(testMongoUri());
  const way = await startTcpProxy(Number(uri.port));
  uri.port = String(way.port);
  uri.searchParams.set('directConnection', 'true');
  const cut = new MongoClient(uri.href, { serverSelectionTimeoutMS: 500, connectTimeoutMS: 500 });
  try {
    await cut.connect();
    way.set('cut');
    for (const bytes of [10, 9_000_000])
      await expect(
        writeValueLetters(cut.db(db.databaseName), [valueLetter('cut', bytes)], new Date()),
      ).rejects.toMatchObject({ code: 'MONGO_UNAVAILABLE', errorClass: 'transient' });
  } finally {
    await cut.close();
    await way.close();
  }
});

it('a large one that is dropped leaves no part behind, wherever the first try was stopped', async () => {
  const { id } = valueLetter('dropped', 1);
  for (let command = 1, isStopped = true; isStopped; command++) {
    await writeValueLetters(db, [valueLetter('dropped', 9_000_000)], new Date());
    const watched = new MongoClient(testMongoUri(), { monitorCommands: true });
    let begun = 0;
    watched.on('commandStarted', () => {
      if (++begun === command) void watched.close();
    });
    const first = dropDeadLetter(watched.db(db.databaseName), id);
    isStopped = (await first.catch(() => 'stopped')) === 'stopped';
    await watched.close();
    const isLeft = (await db.collection<{ _id: string }>('dead_letters').countDocuments({ _id: id })) > 0;
    if (isLeft) expect(await dropDeadLetter(db, id)).toBe(true);
    const left = await db.collection('dead_letter_parts').countDocuments({ letter: id });
    expect([command, left]).toEqual([command, 0]);
  }
});

it('an entry that is replayed counts once, wherever the first try was stopped', async () => {
  const keys = db.collection<{ _id: string }>('keys');
  const prefix = messageIdPrefix('replayed', 1);
  for (let command = 1, isStopped = true; isStopped; command++) {
    const document: MessageDocument = {
      ...{
        _id: messageId(prefix, `${command}-0`),
        stream: 'replayed',
        type: 'main',
        entryId: `${command}-0`,
      },
      ...{ at: null, content: { n: '1' } },
    };
    await writeDeadLetters(db, [{ document, bytes: 100, ...WHY }], new Date());
    const first = firstState('replayed', { stream: 'replayed', type: 'main' }, 'stream', new Date());
    const counts = { seen: 2, written: 1, alreadyThere: 0, dead: 1, gap: 0 };
    const { _id, ...fields } = toKeyDocument({ ...first, revision: 1, counts }, '');
    await keys.replaceOne({ _id }, fields, { upsert: true });
    const watched = new MongoClient(testMongoUri(), { monitorCommands: true });
    let begun = 0;
    watched.on('commandStarted', () => {
      if (++begun === command) void watched.close();
    });
    const replay = async (on: Db) =>
      await replayDeadLetter(on, document._id, () => Promise.reject(new Error('no entry needs the queue')));
    isStopped = (await replay(watched.db(db.databaseName)).catch(() => 'stopped')) === 'stopped';
    await watched.close();
    const again = (await replay(db)).result;
    expect([command, again]).toEqual([command, expect.stringMatching(/written|already there|absent/)]);
    expect([command, await keys.findOne({ _id })]).toMatchObject([
      command,
      { counts: { seen: 2, written: 2, dead: 0 } },
    ]);
  }
});

describe('a large letter of a value that is replayed', () => {
  const { id, stream: key } = valueLetter('requested', 1);
  const write = async () => await writeValueLetters(db, [valueLetter(key, 9_000_000)], new Date());
  const countOf = async (which: object) => await db.collection('dead_letter_parts').countDocuments(which);
  const replay = async (on: Db) => await replayDeadLetter(on, id, async () => async () => {});
  beforeAll(async () => {
    const { _id, ...fields } = toKeyDocument(
      { ...firstState(key, { stream: key, type: 'main' }, 'string', new Date()), revision: 1 },
      '',
    );
    await db.collection<{ _id: string }>('keys').replaceOne({ _id }, fields, { upsert: true });
  });

  it('leaves no part behind, wherever the first try was stopped', async () => {
    for (let command = 1, isStopped = true; isStopped; command++) {
      await write();
      const watched = new MongoClient(testMongoUri(), { monitorCommands: true });
      let begun = 0;
      watched.on('commandStarted', () => {
        if (++begun === command) void watched.close();
      });
      isStopped = (await replay(watched.db(db.databaseName)).catch(() => 'stopped')) === 'stopped';
      await watched.close();
      expect([command, await replay(db)]).toEqual([
        command,
        { result: expect.stringMatching(/requested|absent/) },
      ]);
      expect([command, await countOf({ letter: id })]).toEqual([command, 0]);
    }
  });

  it('takes no part of the letter that its job writes meanwhile', async () => {
    await write();
    let isWritten = false;
    // As slow as it can be: the job has refused the value once more before the parts are removed.
    const slow: Db = Object.create(db, {
      collection: {
        value: (name: string) => {
          const collection = db.collection(name);
          if (name !== 'dead_letter_parts' || isWritten) return collection;
          const deleteMany = async (which: object) => {
            isWritten = true;
            await write();
            return await collection.deleteMany(which);
          };
          return Object.create(collection, { deleteMany: { value: deleteMany } });
        },
      },
    });
    expect(await replay(slow)).toEqual({ result: 'requested' });
    expect(isWritten).toBe(true);
    expect((await readDeadLetter(db, id))?.value.length).toBe(9_000_000);
  });
});

it('letters of keys that MongoDB takes again go, however many others stay', async () => {
  const documentOf = (key: string) => ({
    ...toKeyDocument(firstState(key, { stream: key, type: 'main' }, 'set', new Date()), ''),
    revision: 1,
  });
  for (let i = 100; i < 350; i++)
    await writeKeyLetter(db, documentOf(`refused ${i}`), { code: 121, message: 'no' });
  const { _id, ...taken } = documentOf('refused 340');
  await db
    .collection<{ _id: string }>('keys')
    .replaceOne({ _id }, { ...taken, revision: 2 }, { upsert: true });
  const isLeft = async (keys: readonly string[]) => keys.map(() => false);
  const end = await settleKeyLetters(db, isLeft);
  const last = await settleKeyLetters(db, isLeft, end);
  expect(await db.collection('dead_letters').countDocuments({ collection: 'keys' })).toBe(249);
  expect(last).toBe('');
});

it('a value too large for one letter comes back, and leaves no part of a larger one before', async () => {
  for (const bytes of [15_000_000, 9_000_000, 10]) {
    await writeValueLetters(db, [valueLetter('v', bytes)], new Date());
    const found = await readDeadLetter(db, 'v@a1:value');
    expect(found?.value.length).toBe(bytes);
    expect(found?.list).toEqual([1, { a: null }]);
    const parts = await db.collection('dead_letter_parts').countDocuments({ letter: 'v@a1:value' });
    expect(parts).toBe(bytes > 1000 ? 2 : 0);
  }
});
