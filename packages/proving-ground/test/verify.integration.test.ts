import { Buffer } from 'node:buffer';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import {
  encodeContent,
  entryTime,
  messageId,
  messageIdPrefix,
  placeOf,
  storedText,
} from '@redis-to-mongo/pipeline';
import { Redis } from 'ioredis';
import { type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { contentDigest } from '../src/content-digest.js';
import { verify } from '../src/verify/verify.js';
import { isExact, type VerifyReport } from '../src/verify/verify-report.js';

type Stored = { _id: string } & Document;

const NOT_TEXT = Buffer.from([0xff, 0x00, 0xfe]);

describe('the comparison of Redis with MongoDB', () => {
  let space: FreshNamespace;
  let redis: Redis;
  let client: MongoClient;
  let db: Db;

  beforeAll(async () => {
    space = await freshNamespace({ mongoUri: inject('mongoUri') });
    redis = new Redis(space.redis.url);
    client = new MongoClient(space.mongoUri);
    db = client.db(space.mongoDbName);
  });
  afterAll(async () => {
    redis.disconnect();
    await client.close();
    await space.close();
  });

  beforeEach(async () => {
    await redis.flushall();
    for (const name of ['keys', 'stream_messages', 'sets', 'dead_letters'])
      await db.collection(name).deleteMany({});
    for (let i = 1; i <= 150; i++)
      await redis.xadd('orders', `${1700000000000 + i}-0`, 'n', String(i), 'a.b', 'x');
    await redis.xadd('orders:info:audit', '9-1', 'raw', NOT_TEXT, 'raw', 'again');
    await redis.xadd('orders:info:audit', '10-1', 'n', '2');
    await redis.sadd('orders:info:tags', 'x', 'ü', NOT_TEXT);
    await mirrorStream('orders');
    await mirrorStream('orders:info:audit');
    await mirrorSet('orders:info:tags');
  });

  const messages = () => db.collection<Stored>('stream_messages');
  const keys = () => db.collection<Stored>('keys');
  const sets = () => db.collection<Stored>('sets');
  const idOf = (key: string, entryId: string, life = 1) => messageId(messageIdPrefix(key, life), entryId);
  const run = (history?: Parameters<typeof verify>[0]['history']) =>
    verify({ redis, db, separator: ':info:', wanted: () => true, ...(history ? { history } : {}) });
  const totals = ({ missing, duplicated, different, dead, miscounted }: VerifyReport) => ({
    missing,
    duplicated,
    different,
    dead,
    miscounted,
  });
  const NOTHING = { missing: 0, duplicated: 0, different: 0, dead: 0, miscounted: 0 };

  /** Writes what a fleet writes, by the documented form, without being one. */
  async function mirrorStream(key: string, life = 1): Promise<void> {
    const entries = await redis.xrangeBuffer(key, '-', '+');
    const documents = entries.map(([id, flat]): Stored => {
      const entryId = id.toString();
      const content = encodeContent(flat.map(storedText));
      return {
        _id: idOf(key, entryId, life),
        ...placeOf(key, ':info:'),
        entryId,
        at: entryTime(entryId),
        content,
      };
    });
    await messages().insertMany(documents);
    const before = await keys().findOne({ _id: key });
    await record(key, 'stream', life, documents.length + Number(before?.counts.seen ?? 0));
  }

  async function mirrorSet(key: string): Promise<void> {
    const members = (await redis.smembersBuffer(key)).map(storedText);
    const document = { ...placeOf(key, ':info:'), active: true, size: members.length, members };
    await sets().insertOne({ _id: key, ...document });
    await record(key, 'set', 1, 1);
  }

  async function record(key: string, keyType: string, incarnation: number, seen: number): Promise<void> {
    const counts = { seen, written: seen, alreadyThere: 0, dead: 0, gap: 0 };
    const document = { keyType, ...placeOf(key, ':info:'), status: 'active', incarnation, lag: 0, counts };
    await keys().replaceOne({ _id: key }, document, { upsert: true });
  }

  /** What somebody who had kept a record would remember of the stream as it is now. */
  async function remember(key: string): Promise<{ id: string; digest: number }[]> {
    return (await redis.xrangeBuffer(key, '-', '+')).map(([id, flat]) => {
      const pairs = flat.flatMap((name, i): [Buffer, Buffer][] =>
        i % 2 ? [] : [[name, flat[i + 1] ?? name]],
      );
      return { id: id.toString(), digest: contentDigest(pairs) };
    });
  }

  it('finds nothing where both sides are the same, and counts what it compared', async () => {
    const report = await run();
    expect(totals(report)).toEqual(NOTHING);
    expect(isExact(report)).toBe(true);
    expect(report).toMatchObject({ messages: 152, streams: 2, sets: 1 });
    expect(report.perKey).toMatchObject([
      { key: 'orders', keyType: 'stream', messages: 150, lives: 1 },
      { key: 'orders:info:audit', keyType: 'stream', messages: 2 },
      { key: 'orders:info:tags', keyType: 'set', members: 3 },
    ]);
  });

  it.each([
    ['the first', 1],
    ['one in the middle', 75],
    ['the last', 150],
  ])('finds a missing message: %s', async (_, n) => {
    const id = idOf('orders', `${1700000000000 + n}-0`);
    await messages().deleteOne({ _id: id });
    const report = await run();
    expect(totals(report)).toEqual({ ...NOTHING, missing: 1, miscounted: 1 });
    expect(report.perKey[0]).toMatchObject({ messages: 150, missing: 1, countsAgree: false });
    expect(report.perKey[0]?.problems[0]).toBe(`missing: ${id}`);
    expect(isExact(report)).toBe(false);
  });

  it('finds that a whole stream is missing, and that nobody knows of it', async () => {
    await messages().deleteMany({ stream: 'orders', type: 'main' });
    await keys().deleteOne({ _id: 'orders' });
    expect(totals(await run())).toEqual({ ...NOTHING, missing: 150, different: 1 });
  });

  it('finds messages where a rule has sent them, with what it made of their fields', async () => {
    const key = 'orders:info:audit';
    const mine = messages().find({ _id: { $in: [idOf(key, '9-1'), idOf(key, '10-1')] } });
    const elsewhere = db.collection<Stored>('audit_messages');
    for (const message of await mine.toArray()) {
      const isNumber = message.entryId === '10-1';
      await elsewhere.insertOne(isNumber ? { ...message, content: { n: 2 }, mapped: {} } : message);
      await messages().deleteOne({ _id: message._id });
    }
    await keys().updateOne(
      { _id: key },
      {
        $set: { collection: 'audit_messages', activity: [{ incarnation: 1, collection: 'audit_messages' }] },
      },
    );
    expect(totals(await run())).toEqual(NOTHING);
    await elsewhere.updateOne({ entryId: '10-1' }, { $set: { 'content.n': 3 } });
    expect(totals(await run())).toEqual({ ...NOTHING, different: 1 });
    await elsewhere.deleteMany({});
    expect(totals(await run())).toMatchObject({ missing: 2 });
  });

  it('counts a message that is kept as a dead letter as dead, not as missing', async () => {
    const id = idOf('orders', '1700000000075-0');
    await messages().deleteOne({ _id: id });
    await db.collection<Stored>('dead_letters').insertOne({ _id: id });
    await keys().updateOne({ _id: 'orders' }, { $set: { 'counts.written': 149, 'counts.dead': 1 } });
    expect(totals(await run())).toEqual({ ...NOTHING, dead: 1 });
  });

  it.each([
    ['under an id that no entry has, between its own', { _id: 'orders@a1:m1700000000075-a0x' }],
    ['under an id that sorts before all others', { _id: '0' }],
    ['in a life that the stream never had', { _id: idOf('orders', '1700000000075-0', 2) }],
    ['under the name of another key', { _id: idOf('users', '1700000000075-0') }],
  ])('finds a duplicate %s', async (_, id) => {
    const original = await messages().findOne({ _id: idOf('orders', '1700000000075-0') });
    await messages().insertOne({ ...original, ...id });
    const report = await run();
    expect(totals(report)).toEqual({ ...NOTHING, duplicated: 1 });
    expect(report.perKey[0]).toMatchObject({ key: 'orders', duplicated: 1 });
  });

  it('finds a duplicate that belongs to no key at all', async () => {
    await messages().insertOne({ _id: 'nobody@a1:a1-a0', stream: 'nobody', type: 'main', entryId: '1-0' });
    const report = await run();
    expect(totals(report)).toEqual({ ...NOTHING, duplicated: 1 });
    expect(report.problems).toEqual(['duplicated: nobody@a1:a1-a0: an id that no entry has']);
  });

  it.each([
    [
      'a value',
      {
        content: [
          ['n', '75'],
          ['a.b', 'y'],
        ],
      },
    ],
    [
      'a name',
      {
        content: [
          ['m', '75'],
          ['a.b', 'x'],
        ],
      },
    ],
    [
      'the order of the fields',
      {
        content: [
          ['a.b', 'x'],
          ['n', '75'],
        ],
      },
    ],
    [
      'a field too many',
      {
        content: [
          ['n', '75'],
          ['a.b', 'x'],
          ['c', ''],
        ],
      },
    ],
    ['a content of no known form', { content: 75 }],
    ['the time', { at: new Date(0) }],
    ['the type', { type: 'audit' }],
  ])('finds a message that differs in %s', async (_, change) => {
    await messages().updateOne({ _id: idOf('orders', '1700000000075-0') }, { $set: change });
    expect(totals(await run())).toEqual({ ...NOTHING, different: 1 });
  });

  it('finds bytes that differ where they are not text', async () => {
    const content = [
      ['raw', Buffer.from([0xff, 0x00, 0xfd])],
      ['raw', 'again'],
    ];
    await messages().updateOne({ _id: idOf('orders:info:audit', '9-1') }, { $set: { content } });
    expect(totals(await run())).toEqual({ ...NOTHING, different: 1 });
  });

  it.each([
    ['a member that is lacking', { members: ['x', 'ü'], size: 2 }],
    ['a member too many', { members: ['x', 'ü', NOT_TEXT, 'z'], size: 4 }],
    ['a member stored twice', { members: ['x', 'ü', NOT_TEXT, 'x'], size: 4 }],
    ['other bytes', { members: ['x', 'ü', Buffer.from([0xff])] }],
    ['a wrong size', { size: 4 }],
    ['being inactive', { active: false }],
  ])('finds a set that differs in %s', async (_, change) => {
    await sets().updateOne({ _id: 'orders:info:tags' }, { $set: change });
    expect(totals(await run())).toEqual({ ...NOTHING, different: 1 });
  });

  it('compares a set whose members are documents of their own', async () => {
    const key = 'orders:info:tags';
    const unit = (slot: string, member: unknown, since: number, until: number | null = null) =>
      ({ _id: `${key}@a1:${slot}`, key, member, since, until }) as Stored;
    const units = db.collection<Stored>('set_members');
    await units.deleteMany({});
    await units.insertMany([unit('1', 'x', 1), unit('2', 'ü', 1), unit('3', NOT_TEXT, 2)]);
    await units.insertMany([unit('4', 'left', 1, 2), unit('5', 'never committed', 3)]);
    await sets().updateOne(
      { _id: key },
      { $set: { form: 'members', generation: 2 }, $unset: { members: 1 } },
    );
    expect(totals(await run())).toEqual(NOTHING);

    await units.updateOne({ member: 'ü' }, { $set: { member: 'u' } });
    expect((await run()).perKey[2]?.problems).toEqual([`different: ${key}: 1 members lacking, 1 too many`]);
    await units.updateOne({ member: 'u' }, { $set: { member: 'x' } });
    expect((await run()).perKey[2]?.problems).toEqual([`different: ${key}: a member is stored twice`]);
    await units.deleteOne({ _id: `${key}@a1:2` });
    expect(totals(await run())).toEqual({ ...NOTHING, different: 1 });
  });

  it('finds a missing set, and a set that should have been retired', async () => {
    await sets().deleteOne({ _id: 'orders:info:tags' });
    expect(totals(await run())).toEqual({ ...NOTHING, missing: 1 });
    await sets().insertOne({ _id: 'gone', active: true, members: ['x'], size: 1 });
    expect(totals(await run())).toEqual({ ...NOTHING, missing: 1, different: 1 });
  });

  it('finds a stream that has gone from Redis and is active in MongoDB', async () => {
    await redis.del('orders:info:audit');
    expect(totals(await run())).toEqual({ ...NOTHING, different: 1 });
    await keys().updateOne({ _id: 'orders:info:audit' }, { $set: { status: 'deleted' } });
    expect(totals(await run())).toEqual(NOTHING);
  });

  it.each([
    ['are less than their sum', { 'counts.seen': 149 }],
    ['are more than the documents', { 'counts.seen': 151, 'counts.written': 151 }],
  ])('finds counts that %s', async (_, change) => {
    await keys().updateOne({ _id: 'orders' }, { $set: change });
    expect(totals(await run())).toEqual({ ...NOTHING, miscounted: 1 });
  });

  it('minds messages that Redis has dropped since only where a history tells that it should not have', async () => {
    const history = new Map([['orders', [await remember('orders')]]]);
    await redis.xtrim('orders', 'MAXLEN', 100);
    expect(totals(await run())).toEqual(NOTHING);
    expect(await run(history)).toMatchObject({ messages: 152, missing: 0 });
    await messages().deleteOne({ _id: idOf('orders', '1700000000001-0') });
    expect(totals(await run(history))).toEqual({ ...NOTHING, missing: 1, miscounted: 1 });
  });

  it('finds a message that nobody wrote, where a history tells', async () => {
    const history = new Map([['orders', [await remember('orders')]]]);
    const original = await messages().findOne({ _id: idOf('orders', '1700000000075-0') });
    const entryId = '1700000000075-7';
    await messages().insertOne({ ...original, _id: idOf('orders', entryId), entryId });
    expect(totals(await run(history))).toEqual({ ...NOTHING, different: 1, miscounted: 1 });
  });

  it('compares lives that are over with their history', async () => {
    const first = await remember('orders');
    await redis.del('orders');
    await redis.xadd('orders', '1800000000000-0', 'n', 'again');
    await mirrorStream('orders', 2);
    const history = new Map([['orders', [first, await remember('orders')]]]);
    expect(totals(await run(history))).toEqual(NOTHING);
    expect((await run(history)).messages).toBe(153);

    const id = idOf('orders', '1700000000075-0');
    await messages().updateOne({ _id: id }, { $set: { content: { n: '76' } } });
    expect(totals(await run(history))).toEqual({ ...NOTHING, different: 1 });
    await messages().deleteOne({ _id: id });
    expect(totals(await run(history))).toEqual({ ...NOTHING, missing: 1, miscounted: 1 });
    expect(totals(await run())).toEqual({ ...NOTHING, miscounted: 1 });
  });

  it('tells keys apart of which one begins with the name of the other and an @', async () => {
    const inside = 'orders@a1:m1700000000075-a0';
    await redis.xadd(inside, '5-0', 'n', '1');
    await mirrorStream(inside);
    const report = await run();
    expect(totals(report)).toEqual(NOTHING);
    expect(report.messages).toBe(153);
  });
});
