import { rereadKey } from '@redis-to-mongo/mongo-sink';
import { bytesOf, type Step, syncKey } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Conformance, describeConformance } from './conformance.js';
import { hexOf, storedValue } from './stored-value.js';
import { tamperedLine } from './tampered-line.js';
import { type ValueUnderTest, valueUnderTest, wholeSlice } from './value-under-test.js';

const NAMES = { collection: 'sets', memberCollection: 'set_members' };

const SET: Conformance = {
  keyType: 'set',
  sizes: { many: 60, huge: 120 },
  stored: NAMES,
  fill: (redis, key, items) =>
    redis.sadd(
      key,
      Array.from({ length: items }, (_, i) => `member ${i}`),
    ),
  fillHard: (redis, key) =>
    redis.sadd(
      key,
      Buffer.from([0xff, 0x00, 0xfe]),
      '',
      '$set',
      'a.b',
      'ÿ',
      Buffer.from([0xc3, 0xbf, 0x80]),
      '1',
    ),
  change: (redis, key, number) =>
    redis
      .multi()
      .srem(key, `member ${number}`, `new ${number - 1}`)
      .sadd(key, `new ${number}`, `newer ${number}`)
      .exec(),
  ofRedis,
  ofMongo,
};

describeConformance(SET);

async function ofRedis(redis: Redis, key: string): Promise<string[] | null> {
  const members = await redis.smembersBuffer(key);
  return members.length === 0 ? null : members.map(hexOf).sort();
}

async function ofMongo(db: Db, key: string): Promise<string[] | null> {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const members: unknown[] = stored.elements?.map(({ member }) => member) ?? stored.manifest.members;
  if (members.length !== stored.manifest.size) throw new Error(`${key}: the size is not that of its members`);
  return members.map(hexOf).sort();
}

describe('set: its own', () => {
  let under: ValueUnderTest;
  beforeAll(async () => {
    under = await valueUnderTest();
  });
  afterAll(async () => {
    await under.close();
  });

  const expectSame = async (key: string) =>
    expect(await ofMongo(under.db, key)).toEqual(await ofRedis(under.redis, key));
  const documentsOf = async (key: string) => await under.db.collection('set_members').find({ key }).toArray();

  it('100 changes in a large set are 100 writes', async () => {
    await SET.fill(under.redis, 'large', 1500);
    await under.sync('large');
    under.writes.take();
    await under.redis.srem('large', ...Array.from({ length: 50 }, (_, i) => `member ${i * 7}`));
    await under.redis.sadd('large', ...Array.from({ length: 50 }, (_, i) => `new ${i}`));
    await under.sync('large');
    // The manifest is claimed and committed; the fingerprints of the buckets are one document, in place of another.
    expect(under.writes.take()).toEqual({ set_members: 100, sets: 2, value_fingerprints: 2, keys: 1 });
    await expectSame('large');
    await under.redis.srem('large', 'new 0');
    await under.sync('large');
    // One end, and the 50 documents that had ended before go.
    expect(under.writes.take()).toMatchObject({ set_members: 51 });
    await expectSame('large');
  });

  it('readable in one document up to the threshold, in documents of its members above, and back', async () => {
    const key = 'orders:info:tags';
    const limit = { maxInlineMembers: 200 };
    await under.redis.sadd(key, 'b', 'a');
    await under.sync(key, limit);
    expect(await under.manifest('sets', key)).toMatchObject({
      ...{ form: 'inline', members: ['a', 'b'], size: 2, stream: 'orders', type: 'tags', active: true },
    });
    await SET.fill(under.redis, key, 300);
    await under.sync(key, limit);
    const large = await under.manifest('sets', key);
    expect(large).toMatchObject({ form: 'members', size: 302, stream: 'orders', active: true });
    expect(large).not.toHaveProperty('members');
    await expectSame(key);
    await under.redis.srem(key, ...Array.from({ length: 120 }, (_, i) => `member ${i}`));
    await under.sync(key, limit);
    expect(await under.manifest('sets', key)).toMatchObject({ form: 'members', size: 182 });
    await expectSame(key);
    await under.redis.srem(key, ...Array.from({ length: 50 }, (_, i) => `member ${120 + i}`));
    await under.sync(key, limit);
    expect(await under.manifest('sets', key)).toMatchObject({ form: 'inline', size: 132 });
    await expectSame(key);
    expect(await documentsOf(key)).toEqual([]);
  });

  it('few members of many bytes are large too, and a member too large for a document comes in parts', async () => {
    const member = Buffer.alloc(9 << 20, 'ä');
    await under.redis.sadd('heavy', member, 'light');
    await under.sync('heavy');
    const elements = await under.elements('sets', 'set_members', 'heavy');
    const parts = elements.filter(({ parts }) => parts === 2).sort((a, b) => a.part - b.part);
    expect(Buffer.concat(parts.map((element) => bytesOf(element.member))).equals(member)).toBe(true);
    expect(elements).toHaveLength(3);
    expect(await under.manifest('sets', 'heavy')).toMatchObject({ form: 'members', size: 2 });
  });

  it('a worker that stands still in the middle of its writes leaves nothing of them in the set', async () => {
    const key = 'zombie';
    await SET.fill(under.redis, key, 1000);
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let arrive = () => {};
    const hasArrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const atEnd = () => {
      arrive();
      return held;
    };
    const zombie = syncKey(tamperedLine(under.line(), { atEnd }), key, wholeSlice());
    await hasArrived;
    expect((await documentsOf(key)).length).toBeGreaterThan(0);
    await under.redis.srem(key, ...Array.from({ length: 500 }, (_, i) => `member ${2 * i}`));
    expect((await under.sync(key)).result).toBe('synced');
    await expectSame(key);
    goOn();
    expect((await zombie).result).toBe('overtaken');
    await expectSame(key);
    expect(await documentsOf(key)).toHaveLength(500);
  });

  it('what a worker that died in the middle has written is cleared away', async () => {
    const key = 'crashed';
    await SET.fill(under.redis, key, 300);
    await under.sync(key);
    await under.redis.srem(key, ...Array.from({ length: 10 }, (_, i) => `member ${i}`));
    const { generation } = await under.manifest('sets', key);
    // As a worker leaves it that was claimed, wrote, and was killed before the manifest moved.
    const dead = generation + 1;
    const { db } = under;
    await db.collection<Sets>('sets').updateOne({ _id: key }, { $set: { attempts: dead, aborted: [dead] } });
    const ghost = { key, member: 'ghost', bucket: 0, since: dead, until: null };
    await db
      .collection<Sets>('set_members')
      .insertOne({ _id: `${key}@a1:${'0'.repeat(32)}:${dead}`, ...ghost });
    await db.collection('set_members').updateMany({ key, member: /^member 5/ }, { $set: { until: dead } });
    const stored = await storedValue(db, NAMES, key);
    expect(stored?.elements).toHaveLength(300);
    await under.sync(key);
    await expectSame(key);
    expect((await documentsOf(key)).filter(({ since, until }) => since === dead || until === dead)).toEqual(
      [],
    );
  });

  it('a set that changes during every reading is read at once, unless it is too large for that', async () => {
    const key = 'restless';
    await SET.fill(under.redis, key, 1000);
    let changes = 0;
    const restless = { afterPage: () => under.redis.sadd(key, `change ${changes++}`) };
    const refused = tamperedLine(under.line({ maxAtomicMembers: 500 }), restless);
    await expect(syncKey(refused, key, wholeSlice())).rejects.toMatchObject({ code: 'VALUE_KEEPS_CHANGING' });
    expect(await ofMongo(under.db, key)).toBeNull();
    // What was written ahead is not for nothing: the next worker goes on with it.
    const ahead = (await documentsOf(key)).length;
    expect(ahead).toBeGreaterThan(600);
    under.writes.take();
    await syncKey(tamperedLine(under.line(), restless), key, wholeSlice());
    expect(under.writes.take().set_members).toBeLessThan(changes + 1000 - ahead);
    const stored = await ofMongo(under.db, key);
    expect(stored?.length).toBe((await under.manifest('sets', key)).size);
    await under.sync(key);
    await expectSame(key);
  });

  it('with history: who was a member, and when', async () => {
    const key = 'history';
    const history = { membershipHistory: true };
    const membersAt = async (time: Date) => {
      const found = await under.db
        .collection('set_members')
        .find({ key, joinedAt: { $lte: time }, $or: [{ leftAt: null }, { leftAt: { $gt: time } }] })
        .toArray();
      return found.map(({ member }) => member).sort();
    };
    await under.redis.sadd(key, 'a', 'b');
    await under.sync(key, history);
    const first = new Date();
    await under.redis.srem(key, 'a');
    await under.redis.sadd(key, 'c');
    await nextMillisecond();
    await under.sync(key, history);
    const second = new Date();
    await under.redis.sadd(key, 'a');
    await nextMillisecond();
    await under.sync(key, history);
    const third = new Date();
    await expectSame(key);
    await under.redis.del(key);
    await nextMillisecond();
    await under.sync(key, history);
    expect(await membersAt(first)).toEqual(['a', 'b']);
    expect(await membersAt(second)).toEqual(['b', 'c']);
    expect(await membersAt(third)).toEqual(['a', 'b', 'c']);
    expect(await membersAt(new Date())).toEqual([]);
    expect(await ofMongo(under.db, key)).toBeNull();
  });

  it('with history, and to be read from the start when its key went: who was a member stays', async () => {
    const key = 'history read anew';
    const history = { membershipHistory: true };
    await under.redis.sadd(key, 'a', 'b');
    await under.sync(key, history);
    await rereadKey(under.db, key);
    await under.redis.del(key);
    await under.sync(key, history);
    expect(await under.manifest('sets', key)).toMatchObject({ active: false });
    const left = { key, leftAt: expect.any(Date) };
    const found = await under.db.collection('set_members').find({ key }).toArray();
    expect(found).toEqual([expect.objectContaining(left), expect.objectContaining(left)]);
  });

  describe('a worker died right after it had written a large value', () => {
    const dies = (step: Step) => {
      if (step === 'after-write') throw new Error('the worker dies');
    };
    const members = (key: string, count: number) => Array.from({ length: count }, (_, i) => `${key} ${i}`);
    const elementsOf = async (key: string) =>
      await under.db.collection('set_members').countDocuments({ key });
    /** As the runs do that follow. */
    const settle = async (key: string, options = {}) => {
      while ((await syncKey(under.line(options), key, wholeSlice(), true)).result === 'overtaken');
    };

    it.each([
      ['small', 3],
      ['large', 150],
    ])('over a %s one, and by then it is small: no element stays', async (before, count) => {
      const key = `was ${before}`;
      await under.redis.sadd(key, members(key, count));
      await under.sync(key);
      await under.redis.sadd(key, members(key, 200));
      await expect(syncKey(under.line({}, { at: dies }), key, wholeSlice())).rejects.toThrow('dies');
      await under.redis.srem(key, members(key, 200).slice(2));
      await settle(key);
      await expectSame(key);
      expect(await elementsOf(key)).toBe(0);
    });

    it('with history, and the key went: who was a member stays', async () => {
      const key = 'history of a dead worker';
      const history = { membershipHistory: true };
      await under.redis.sadd(key, 'a', 'b');
      await under.sync(key, history);
      await under.redis.sadd(key, 'c');
      await expect(syncKey(under.line(history, { at: dies }), key, wholeSlice())).rejects.toThrow('dies');
      await under.redis.del(key);
      await settle(key, history);
      expect(await under.manifest('sets', key)).toMatchObject({ active: false });
      expect(await elementsOf(key)).toBe(3);
    });
  });

  it('when it expires is recorded, and changes by itself', async () => {
    await under.redis.sadd('fleeting', 'a');
    await under.redis.pexpireat('fleeting', 4_000_000_000_000);
    await under.sync('fleeting');
    expect((await under.manifest('sets', 'fleeting')).expiresAt).toEqual(new Date(4_000_000_000_000));
    await under.redis.pexpireat('fleeting', 4_000_000_001_000);
    expect((await under.sync('fleeting')).result).toBe('synced');
    expect((await under.manifest('sets', 'fleeting')).expiresAt).toEqual(new Date(4_000_000_001_000));
    expect((await under.state('fleeting')).expiresAt).toEqual(new Date(4_000_000_001_000));
    await under.redis.persist('fleeting');
    await under.sync('fleeting');
    expect((await under.manifest('sets', 'fleeting')).expiresAt).toBeNull();
    await under.redis.pexpireat('fleeting', 1);
    expect((await under.sync('fleeting')).result).toBe('deleted');
    expect(await under.manifest('sets', 'fleeting')).toMatchObject({ active: false, members: [] });
  });

  it('gone values can be left to a TTL index', async () => {
    const remove = { goneValues: 'remove' } as const;
    await under.redis.sadd('removed', 'a');
    await under.sync('removed', remove);
    expect(await under.manifest('sets', 'removed')).not.toHaveProperty('removeAt');
    await under.redis.pexpireat('removed', 4_000_000_000_000);
    await under.sync('removed', remove);
    expect((await under.manifest('sets', 'removed')).removeAt).toEqual(new Date(4_000_000_000_000));
    await under.redis.del('removed');
    await under.sync('removed', remove);
    expect((await under.manifest('sets', 'removed')).removeAt.getTime()).toBeLessThanOrEqual(Date.now());
    const indexes = await under.db.collection('sets').indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { removeAt: 1 }, expireAfterSeconds: 0 }));
  });

  it("goes on when the key's own document was lost", async () => {
    for (const size of [10, 300]) {
      const key = `lost ${size}`;
      await SET.fill(under.redis, key, size);
      await under.sync(key);
      await under.db.collection<Sets>('keys').deleteOne({ _id: key });
      await under.redis.sadd(key, 'new');
      expect((await under.sync(key)).result).toBe('overtaken');
      expect((await under.sync(key)).result).toBe('synced');
      await expectSame(key);
    }
  });
});

type Sets = { _id: string } & Document;

/** Times in MongoDB are of whole milliseconds: what comes later must differ in them. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  await vi.waitUntil(() => Date.now() > now, { timeout: 20_000, interval: 1 });
}
