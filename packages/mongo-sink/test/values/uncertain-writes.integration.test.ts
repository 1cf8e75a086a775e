import {
  type Element,
  type MembersWrite,
  NO_TLS,
  type ReplaceWrite,
  SyncError,
} from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { type Db, type Document, FindCursor, MongoClient, MongoNetworkError } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { clientOptions } from '../../src/connection/connect-mongo.js';
import { toKeyDocument } from '../../src/keys/key-document.js';
import { recordError } from '../../src/keys/record-error.js';
import { REVISION_LEAP } from '../../src/keys/reread-keys.js';
import { ValueAttempts } from '../../src/values/value-attempts.js';
import { ABORTED_KEPT } from '../../src/values/value-manifest.js';
import { ValueWriter } from '../../src/values/value-writer.js';
import { mongoForTests } from '../mongo-for-tests.js';
import {
  dbThrough,
  failsAfter,
  membersIn,
  RETRY,
  removeAll,
  STATE,
  writeOf,
  writerOn,
} from './members-under-test.js';

const mongo = mongoForTests();
beforeEach(() => removeAll(mongo.db));
/** The database, with the answer to the first such operation lost; `again` sends that operation once more. */
function losing(
  name: 'command' | 'findOneAndUpdate',
  isMeant: (first: Document, second: Document) => boolean,
): { readonly db: Db; again(): Promise<unknown> } {
  let again: (() => Promise<unknown>) | undefined;
  const db = dbThrough(mongo.db, (member, [first, second], run) => {
    if (member !== name) return run();
    const send = async (): Promise<unknown> => await run();
    return (async () => {
      const reply = await send();
      if (again || !isMeant(first as Document, second as Document)) return reply;
      again = send;
      throw new MongoNetworkError('the connection ended');
    })();
  });
  return { db, again: async () => await again?.() };
}

/** The database, with another way to read elements. */
function readingBy(read: (cursor: FindCursor<Document>, filter: Document) => object): Db {
  return dbThrough(mongo.db, (_, [filter], run) => {
    const result = run();
    const isOfElements = result instanceof FindCursor && result.namespace.collection === 'hash_fields';
    return isOfElements ? read(result, filter as Document) : result;
  });
}

const membersThere = () => membersIn(mongo.db);

test('an insert that arrives late brings back no element that has gone since', async () => {
  const { db, again } = losing('command', ({ insert }) => insert === 'hash_fields');
  await expect(writerOn(db).write(STATE, writeOf([['old'], ['new']]))).rejects.toMatchObject({
    code: 'VALUE_UNCERTAIN',
    errorClass: 'overtaken',
  });
  await writerOn(db).write(STATE, writeOf([['new']]));
  await again();
  expect(await membersThere()).toEqual(['new']);
});

const isCommit = ({ update, updates }: Document) =>
  update === 'hashes' && updates[0].u.$set?.generation !== undefined;

test('the driver sends no commit again by itself: a server that has forgotten the first one would find nothing to do', async () => {
  const uri = testMongoUri();
  const options = clientOptions({ uri, dbName: mongo.db.databaseName, tls: NO_TLS }, 'commits');
  const client = new MongoClient(uri, { ...options, monitorCommands: true });
  const sent: Document[] = [];
  client.on('commandStarted', ({ command }) => sent.push(command));
  try {
    await writerOn(client.db(mongo.db.databaseName)).write(STATE, writeOf([['element']]));
  } finally {
    await client.close();
  }
  expect(await membersThere()).toEqual(['element']);
  const commits = sent.filter(isCommit);
  expect(commits).toHaveLength(1);
  expect(commits[0]).not.toHaveProperty('txnNumber');
});

test('a commit that was done and not answered stays, and is none of another worker', async () => {
  await writerOn(mongo.db).write(STATE, writeOf([['before']]));
  const { db } = losing('command', isCommit);
  const state = { ...STATE, revision: 1 };
  expect(await writerOn(db).write(state, writeOf([['after']]))).toMatchObject({ written: 1 });
  expect(await membersThere()).toEqual(['after']);
});

test('a large value that became small leaves no elements, though nobody was told that it was written', async () => {
  await writerOn(mongo.db).write(STATE, writeOf([['element']]));
  const { db } = losing('findOneAndUpdate', () => true);
  const state = { ...STATE, revision: 1 };
  const { collection, memberCollection, manifest } = writeOf([]);
  const write = {
    kind: 'replace' as const,
    ...{ collection, memberCollection, formFields: [], bytes: 100, hasMembers: true },
    document: { ...manifest(), form: 'inline' },
  };
  const writer = new ValueWriter(db, 1 << 20);
  await expect(writer.replace(state, write)).rejects.toMatchObject({ code: 'MONGO_UNAVAILABLE' });
  expect(await mongo.db.collection(memberCollection).countDocuments()).toBe(1);
  await expect(writer.replace(state, write)).rejects.toMatchObject({ code: 'STALE_READ' });
  expect(await mongo.db.collection(memberCollection).countDocuments()).toBe(0);
});

describe('a value whose key was never saved, since its run failed behind the write,', () => {
  const { collection, memberCollection, manifest } = writeOf([]);
  const whole: ReplaceWrite = {
    kind: 'replace',
    ...{ collection, memberCollection, formFields: [], bytes: 100, hasMembers: false },
    document: { ...manifest(), form: 'inline' },
  };
  const ways: readonly [string, (db: Db) => Promise<unknown>][] = [
    ['small', async (db) => await new ValueWriter(db, 1 << 20).replace(STATE, whole)],
    ['large', async (db) => await writerOn(db).write(STATE, writeOf([['a']]))],
  ];
  const keys = () => mongo.db.collection<{ _id: string }>('keys');
  const full = new SyncError('MONGO_DISK_FULL', 'configuration', 'its disk is full');

  test.each(ways)(
    'is written by the next run but one, also where its error has a document: %s',
    async (_, write) => {
      await write(mongo.db);
      expect(await recordError(mongo.db, STATE.key, full, STATE)).toBe(true);
      expect(await keys().findOne({ _id: STATE.key })).toMatchObject({ revision: 0 });
      await expect(write(mongo.db)).rejects.toMatchObject({ code: 'STALE_READ' });
      expect(await keys().findOne({ _id: STATE.key })).toMatchObject({
        revision: 1,
        lastError: { code: full.code },
      });
    },
  );

  test.each(ways)('keeps the reason why MongoDB does not take the key’s document: %s', async (_, write) => {
    await write(mongo.db);
    const db = dbThrough(mongo.db, (member, [command], run) =>
      member === 'command' && (command as Document).insert === 'keys'
        ? Promise.resolve({ ok: 1, n: 0, writeErrors: [{ index: 0, code: 14031, errmsg: 'full' }] })
        : run(),
    );
    await expect(write(db)).rejects.toMatchObject({ code: 'MONGO_DISK_FULL', errorClass: 'configuration' });
  });
});

test('a worker whose attempt another one has overtaken leaves the key’s revision as high as it is', async () => {
  await writerOn(mongo.db).write(STATE, writeOf([['before']]));
  // As it is when a key is to be read from the start: see rereadKeys.
  const state = { ...STATE, revision: REVISION_LEAP };
  const keys = mongo.db.collection<{ _id: string }>('keys');
  await keys.insertOne(toKeyDocument(state, 'test'));
  const slow = writeOf([['slow']]);
  const write: MembersWrite = {
    ...slow,
    scan: async function* () {
      await expect(writerOn(mongo.db).write(state, { ...slow, scan: fails })).rejects.toThrow('it fails');
      return yield* slow.scan();
    },
  };
  await expect(writerOn(mongo.db).write(state, write)).rejects.toMatchObject({ code: 'STALE_READ' });
  expect(await keys.findOne({ _id: STATE.key })).toMatchObject({ revision: REVISION_LEAP });
  expect(await membersThere()).toEqual(['before']);
});

test('a reading of all elements that is repeated takes none of them for a double of itself', async () => {
  await writerOn(mongo.db).write(STATE, writeOf([['a', 'b']]));
  let isCut = false;
  async function* cut(documents: AsyncIterable<unknown>) {
    for await (const document of documents) {
      yield document;
      if (isCut) continue;
      isCut = true;
      throw new MongoNetworkError('the connection ended');
    }
  }
  const db = readingBy((cursor) =>
    Object.assign(cursor, { [Symbol.asyncIterator]: () => cut(cursor.stream()) }),
  );
  const state = { ...STATE, revision: 1 };
  await writerOn(db).write(state, { ...writeOf([['a', 'b', 'c']]), isTrusted: false });
  expect(await membersThere()).toEqual(['a', 'b', 'c']);
});

test('a worker that died when a value had another shape leaves no member that comes back with the first shape', async () => {
  await writerOn(mongo.db).write(STATE, writeOf([['first']]));
  const first = await mongo.db.collection('hash_fields').find().toArray();
  const shaped = { ...writeOf([['second']], 'shaped'), shape: { names: {} } };
  await writerOn(mongo.db).write({ ...STATE, revision: 1 }, shaped);
  // It is removed once the value has the other shape.
  await mongo.db.collection('hash_fields').insertMany(first);
  await writerOn(mongo.db).write({ ...STATE, revision: 2 }, writeOf([['third']]));
  expect(await membersThere()).toEqual(['third']);
});

test('a worker that stands still before it removes members of the shape before removes none of a later state', async () => {
  await writerOn(mongo.db).write(STATE, writeOf([['first']]));
  let isOvertaken = false;
  const db = readingBy((cursor, { key }) => {
    if (key === undefined || isOvertaken) return cursor;
    isOvertaken = true;
    return {
      [Symbol.asyncIterator]: async function* () {
        await writerOn(mongo.db).write({ ...STATE, revision: 2 }, writeOf([['third']]));
        yield* cursor;
      },
    };
  });
  const shaped = { ...writeOf([['second']], 'shaped'), shape: { names: {} } };
  await writerOn(db).write({ ...STATE, revision: 1 }, shaped);
  expect(isOvertaken).toBe(true);
  expect(await membersThere()).toEqual(['third']);
});

describe('an attempt that was given up after it had written', () => {
  const state = { ...STATE, revision: 1 };
  const giveUp = async (write: MembersWrite) =>
    await expect(writerOn(mongo.db).write(state, write)).rejects.toThrow('it fails');

  test('leaves nothing in the value, however often it was continued and given up again before a worker died', async () => {
    await writerOn(mongo.db).write(STATE, writeOf([['before']]));
    await giveUp({ ...writeOf([]), isTrusted: false, scan: failsAfter(['ghost']) });
    for (let i = 0; i < ABORTED_KEPT; i++) await giveUp({ ...writeOf([]), scan: fails });
    // What a worker leaves that dies once it has begun.
    await new ValueAttempts(mongo.db, RETRY).claim(state, writeOf([]));
    await writerOn(mongo.db).write(state, writeOf([['after']]));
    expect(await membersThere()).toEqual(['after']);
  });

  test('is continued in another shape than the value had: what has gone since goes', async () => {
    await writerOn(mongo.db).write(STATE, writeOf([['before']]));
    const shape = { names: {} };
    await giveUp({ ...writeOf([], 'shaped'), shape, scan: failsAfter(['gone', 'stays']) });
    await writerOn(mongo.db).write(state, { ...writeOf([['stays', 'new']], 'shaped'), shape });
    expect(await membersThere()).toEqual(['new', 'stays']);
  });

  test('is not continued by another rule: what it ended for its own stays in the value', async () => {
    await writerOn(mongo.db).write(STATE, writeOf([['a', 'b']], 'first'));
    await giveUp({ ...writeOf([], 'second'), scan: failsAfter(['a']) });
    await writerOn(mongo.db).write(state, writeOf([['a', 'b', 'c']], 'first'));
    expect(await membersThere()).toEqual(['a', 'b', 'c']);
  });
});

// biome-ignore lint/correctness/useYield: a scan that fails before its first page
async function* fails(): AsyncGenerator<readonly Element[], boolean> {
  throw new Error('it fails');
}
