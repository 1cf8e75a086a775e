import { KEY_TYPES } from '@redis-to-mongo/key-types';
import {
  findDeadLetters,
  readDeadLetter,
  readMirroredValue,
  refusedItems,
  replayDeadLetter,
} from '@redis-to-mongo/mongo-sink';
import { type Line, namePattern, SyncError, syncKey, syncKeys } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests({ ownMongo: true });

const lineOf = (maxInlineMembers = 10_000): Promise<Line> =>
  under.line({
    source: redisSource(under.redis, KEY_TYPES, { readEntries: 100, readBytes: 8 << 20, maxInlineMembers }),
  });

/** While a collection refuses documents. */
async function refusing(collection: string, validator: object, run: () => Promise<void>) {
  await under.db.command({ collMod: collection, validator });
  try {
    await run();
  } finally {
    await under.db.command({ collMod: collection, validator: {} });
  }
}

async function fieldsOf(key: string) {
  const value = await readMirroredValue(under.db, 'hash', { key });
  const fields: string[] = [];
  for await (const [field] of value?.items() ?? []) fields.push(String(field));
  return fields.sort();
}
const lettersOf = async (key: string) =>
  (await findDeadLetters(under.db, { name: namePattern(key), limit: 100 })).letters;

/** The keys that replays have requested. */
const requested: string[] = [];
const openRequests = async () => async (key: string) => requested.push(key);

describe('the verdict on values', () => {
  it('one that is refused becomes a dead letter; those written with it arrive', async () => {
    const line = await lineOf();
    await under.redis.hset('first', 'v', '1');
    await syncKey(line, 'first', wholeSlice());
    const keys = ['bad', ...Array.from({ length: 20 }, (_, i) => `good ${i}`)];
    for (const key of keys) await under.redis.hset(key, key === 'bad' ? 'secret' : 'v', '1');
    await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
      const [bad, ...others] = await Promise.all(keys.map((key) => syncKey(line, key, wholeSlice())));
      expect(bad).toMatchObject({ result: 'synced', seen: 1, written: 0, dead: 1 });
      for (const other of others) expect(other).toMatchObject({ written: 1, dead: 0 });
      expect(await syncKey(line, 'bad', wholeSlice())).toMatchObject({ result: 'unchanged' });
    });
    expect(addsUp(await under.state('bad'))).toBe(true);
    const [letter] = await lettersOf('bad');
    expect(letter).toMatchObject({ key: 'bad', kind: 'value', collection: 'hashes', code: 121 });
    expect(await readDeadLetter(under.db, letter?.id ?? '')).toMatchObject({
      _id: 'bad',
      fields: { secret: '1' },
    });

    // Without a queue that takes the request, nothing would read the value: then nothing changes.
    const away = async () => {
      throw new SyncError('REDIS_UNAVAILABLE', 'transient', 'no queue');
    };
    await expect(replayDeadLetter(under.db, letter?.id ?? '', away)).rejects.toThrow('no queue');
    expect(await lettersOf('bad')).toHaveLength(1);
    expect(await syncKey(line, 'bad', wholeSlice())).toMatchObject({ result: 'unchanged' });
    expect(await replayDeadLetter(under.db, letter?.id ?? '', openRequests)).toEqual({ result: 'requested' });
    expect(requested).toEqual(['bad']);
    expect(await syncKey(line, 'bad', wholeSlice())).toMatchObject({ written: 1 });
    expect(await fieldsOf('bad')).toEqual(['secret']);
    expect(await lettersOf('bad')).toEqual([]);
    expect(await under.state('bad')).toMatchObject({ counts: { seen: 2, written: 2, dead: 0 } });
  });

  it('the letter goes when a later state is taken; the state of before stays until then', async () => {
    const line = await lineOf();
    await under.redis.hset('later', 'v', '1');
    await syncKey(line, 'later', wholeSlice());
    await under.redis.hset('later', 'secret', '1');
    await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
      expect(await syncKey(line, 'later', wholeSlice())).toMatchObject({ dead: 1 });
      expect(await fieldsOf('later')).toEqual(['v']);
      expect(await lettersOf('later')).toHaveLength(1);
      await under.redis.hdel('later', 'secret');
      await under.redis.hset('later', 'w', '1');
      expect(await syncKey(line, 'later', wholeSlice())).toMatchObject({ written: 1 });
      expect(await lettersOf('later')).toEqual([]);
      expect(await fieldsOf('later')).toEqual(['v', 'w']);
      expect(await under.state('later')).toMatchObject({ counts: { seen: 3, written: 3, dead: 0 } });
    });
  });

  it('the letter goes when the key is deleted, whether an earlier state was written or not', async () => {
    const line = await lineOf();
    await under.redis.hset('written before', 'v', '1');
    await syncKey(line, 'written before', wholeSlice());
    const keys = ['written before', 'never written'];
    await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
      for (const key of keys) {
        await under.redis.hset(key, 'secret', '1');
        expect(await syncKey(line, key, wholeSlice())).toMatchObject({ dead: 1 });
        await under.redis.del(key);
      }
      await syncKeys(line, keys, wholeSlice, () => {});
    });
    for (const key of keys) {
      expect(await lettersOf(key)).toEqual([]);
      expect(await under.state(key)).toMatchObject({ status: 'deleted', counts: { dead: 0 } });
    }
  });

  it('those of a key whose name begins as the ids of another one’s letters stay', async () => {
    const line = await lineOf(0);
    const [key, other] = ['odd', 'odd@a1:unit:other'];
    const sync = async () => {
      for (const each of [key, other]) await syncKey(line, each, wholeSlice());
    };
    for (const each of [key, other]) await under.redis.hset(each, 'secret', '1', 'v', '1');
    await refusing('hash_fields', { field: { $ne: 'secret' } }, sync);
    expect(
      await refusedItems(under.db, 'hash', { key, incarnation: 1, stream: key, type: 'main' }),
    ).toHaveLength(1);
    await under.redis.hdel(key, 'secret');
    await sync();
    expect(await lettersOf(key)).toEqual([]);
    expect(await lettersOf(other)).toMatchObject([{ kind: 'unit' }]);
  });

  it('those of a key with the same place in the naming convention are its own: they do not count for another one', async () => {
    const line = await lineOf();
    // As a changed KEY_SEPARATOR leaves them.
    const lineFor = (key: string) => ({ ...line, separator: key.includes('/') ? '/' : ':info:' });
    const both = ['both:info:x', 'both/x'] as const;
    const sync = async (key: string) => await syncKey(lineFor(key), key, wholeSlice());
    const [key, other] = both;
    await under.redis.hset(key, 'v', '1');
    await sync(key);
    for (const each of both) await under.redis.hset(each, 'secret', '1');
    await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
      for (const each of both) expect(await sync(each)).toMatchObject({ dead: 1 });
      await under.redis.hdel(key, 'secret');
      await under.redis.hset(key, 'w', '1');
      await sync(key);
    });
    const place = { stream: 'both', type: 'x' };
    expect(await under.state(key)).toMatchObject({ ...place, counts: { seen: 3, written: 3, dead: 0 } });
    expect(await under.state(other)).toMatchObject({ ...place, counts: { seen: 1, dead: 1 } });
    expect(await lettersOf(other)).toHaveLength(1);
  });

  it('one that was replayed stays where its key could not be requested', async () => {
    const line = await lineOf();
    await under.redis.hset('unasked', 'secret', '1');
    await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
      await syncKey(line, 'unasked', wholeSlice());
    });
    const [letter] = await lettersOf('unasked');
    const dies = async () => async () => {
      throw new SyncError('REDIS_UNAVAILABLE', 'transient', 'no queue');
    };
    await expect(replayDeadLetter(under.db, letter?.id ?? '', dies)).rejects.toThrow('no queue');
    expect(await lettersOf('unasked')).toEqual([letter]);
  });

  it('members of a large value go once it is small, also where a replay has it read anew', async () => {
    const line = await lineOf(10);
    const fields = Array.from({ length: 50 }, (_, i) => `field ${i}`);
    await under.redis.hset('shrinks', ...fields.flatMap((field) => [field, 'x']));
    await refusing('hash_fields', { field: { $ne: 'field 7' } }, async () => {
      expect(await syncKey(line, 'shrinks', wholeSlice())).toMatchObject({ dead: 1 });
    });
    const [letter] = await lettersOf('shrinks');
    await replayDeadLetter(under.db, letter?.id ?? '', openRequests);
    await under.redis.hdel('shrinks', ...fields.slice(3));
    await syncKey(line, 'shrinks', wholeSlice());
    expect(await fieldsOf('shrinks')).toEqual(fields.slice(0, 3));
    expect(await under.db.collection('hash_fields').countDocuments({ key: 'shrinks' })).toBe(0);
    await under.redis.del('shrinks');
    await syncKey(line, 'shrinks', wholeSlice());
    expect(await under.state('shrinks')).toMatchObject({ status: 'deleted', counts: { dead: 0 } });
  });

  it('one that was refused again while it was replayed is there once more', async () => {
    const line = await lineOf();
    await under.redis.hset('again', 'secret', '1');
    await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
      await syncKey(line, 'again', wholeSlice());
      const [letter] = await lettersOf('again');
      const atOnce = async () => (key: string) => syncKey(line, key, wholeSlice());
      expect(await replayDeadLetter(under.db, letter?.id ?? '', atOnce)).toEqual({ result: 'requested' });
    });
    expect(await lettersOf('again')).toMatchObject([{ kind: 'value' }]);
  });

  it('a letter of an earlier incarnation stays, and counts', async () => {
    const line = await lineOf();
    await under.redis.xadd('earlier', '*', 'v', 'x'.repeat(17 * 1024 * 1024));
    await under.sync('earlier');
    await under.redis.del('earlier');
    await under.redis.hset('earlier', 'secret', '1');
    await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
      expect(await syncKey(line, 'earlier', wholeSlice())).toMatchObject({ dead: 1 });
    });
    expect(await under.state('earlier')).toMatchObject({ counts: { seen: 2, dead: 2 } });
    await under.redis.hset('earlier', 'w', '1');
    await syncKey(line, 'earlier', wholeSlice());
    expect(await lettersOf('earlier')).toMatchObject([{ kind: 'entry' }]);
    expect(await under.state('earlier')).toMatchObject({ counts: { seen: 3, written: 2, dead: 1 } });
  });

  it('a unique index of the user’s refuses the second value, and nothing else', async () => {
    const line = await lineOf();
    await under.redis.set('string 0', 'first');
    await syncKey(line, 'string 0', wholeSlice());
    await under.db.collection('strings').createIndex({ value: 1 }, { unique: true });
    try {
      for (const key of ['string 1', 'string 2', 'string 3'])
        await under.redis.set(key, key === 'string 3' ? 'other' : 'same');
      for (const key of ['string 1', 'string 2', 'string 3']) await syncKey(line, key, wholeSlice());
      expect(await lettersOf('string 2')).toMatchObject([{ kind: 'value', code: 11000 }]);
      expect(await lettersOf('string 3')).toEqual([]);
    } finally {
      await under.db.collection('strings').dropIndex('value_1');
    }
  });

  it('a field of a large hash that is refused becomes a dead letter; the others arrive', async () => {
    const line = await lineOf(0);
    const fields = Array.from({ length: 50 }, (_, i) => `field ${i}`);
    await under.redis.hset('warm', 'v', '1');
    await syncKey(line, 'warm', wholeSlice());
    await under.redis.hset('large', ...fields.flatMap((field) => [field, 'x']));
    await refusing('hash_fields', { field: { $nin: ['field 7', 'field 8'] } }, async () => {
      expect(await syncKey(line, 'large', wholeSlice())).toMatchObject({ seen: 1, written: 0, dead: 1 });
      expect(await fieldsOf('large')).toHaveLength(48);
      await under.redis.hset('large', 'field 1', 'changed', 'more', 'x');
      await syncKey(line, 'large', wholeSlice());
      expect(await fieldsOf('large')).toHaveLength(49);
    });
    const letters = await lettersOf('large');
    expect(letters).toMatchObject([{ kind: 'unit' }, { kind: 'unit' }]);
    expect(addsUp(await under.state('large'))).toBe(true);

    const [first] = letters;
    expect(await replayDeadLetter(under.db, first?.id ?? '', openRequests)).toEqual({ result: 'requested' });
    await syncKey(line, 'large', wholeSlice());
    expect(await fieldsOf('large')).toEqual([...fields, 'more'].sort());
    expect(await lettersOf('large')).toEqual([]); // all of them are there, also what was not replayed
    expect(await under.state('large')).toMatchObject({ counts: { seen: 3, written: 3, dead: 0 } });
  });

  it('the header of a large hash that is refused becomes a dead letter, and is taken once it can be', async () => {
    const line = await lineOf(0);
    await under.redis.hset('header', 'a', '1', 'b', '2');
    await refusing('hashes', { _id: { $ne: 'header' } }, async () => {
      expect(await syncKey(line, 'header', wholeSlice())).toMatchObject({ dead: 1 });
      expect(await lettersOf('header')).toMatchObject([{ kind: 'value', code: 121 }]);
    });
    await under.redis.hset('header', 'c', '3');
    expect(await syncKey(line, 'header', wholeSlice())).toMatchObject({ written: 1 });
    expect(await fieldsOf('header')).toEqual(['a', 'b', 'c']);
    expect(await lettersOf('header')).toEqual([]);

    await refusing('hashes', { size: { $lt: 4 } }, async () => {
      await under.redis.hset('header', 'd', '4');
      expect(await syncKey(line, 'header', wholeSlice())).toMatchObject({ dead: 1 });
      expect(await fieldsOf('header')).toEqual(['a', 'b', 'c']);
    });
    await under.redis.hset('header', 'e', '5');
    expect(await syncKey(line, 'header', wholeSlice())).toMatchObject({ written: 1 });
    expect(await fieldsOf('header')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await under.state('header')).toMatchObject({ counts: { seen: 4, written: 4, dead: 0 } });
  });
});

it.each([
  ['small', 10_000],
  ['large', 0],
])(
  'a document that is not ours, under the name of a %s value, is reported and left alone',
  async (size, most) => {
    const line = await lineOf(most);
    const key = `foreign ${size}`;
    for (const foreign of [{ name: 'somebody’s' }, { revision: 0, name: 'with a revision' }]) {
      const hashes = under.db.collection<{ _id: string }>('hashes');
      await hashes.insertOne({ _id: key, ...foreign });
      await under.redis.hset(key, 'v', '1');
      for (let i = 0; i < 2; i++)
        await expect(syncKey(line, key, wholeSlice())).rejects.toMatchObject({
          code: 'DOCUMENT_FOREIGN',
          message: expect.stringContaining(`key ${key}: the collection hashes`),
        });
      expect(await hashes.findOne({ _id: key })).toEqual({ _id: key, ...foreign });
      expect(await under.db.collection<{ _id: string }>('keys').findOne({ _id: key })).toBeNull();
      await hashes.deleteOne({ _id: key });
      expect(await syncKey(line, key, wholeSlice())).toMatchObject({ written: 1 });
      expect(await fieldsOf(key)).toEqual(['v']);
      await under.db.collection<{ _id: string }>('keys').deleteOne({ _id: key });
      await hashes.deleteOne({ _id: key });
    }
  },
);

it('a document of keys with a revision that is no number is reported', async () => {
  await under.redis.set('damaged', 'v');
  const line = await lineOf();
  await syncKey(line, 'damaged', wholeSlice());
  const keys = under.db.collection<{ _id: string; revision: number }>('keys');
  await keys.updateOne({ _id: 'damaged' }, { $set: { revision: Number.NaN } });
  await expect(syncKey(line, 'damaged', wholeSlice())).rejects.toMatchObject({ code: 'KEY_STATE_INVALID' });
});

it('of values that go through the line together, one that is refused or foreign costs no other', async () => {
  const line = await lineOf();
  const keys = Array.from({ length: 60 }, (_, i) => `together ${i}`);
  for (const [i, key] of keys.entries())
    await under.redis.hset(key, i % 20 === 7 ? 'secret' : '_bsontype', 'ObjectId');
  await under.redis.hset('together huge', Buffer.alloc(9_000_000, 'n'), Buffer.alloc(9_000_000, 'v'));
  await under.db
    .collection<{ _id: string; name: string }>('hashes')
    .insertOne({ _id: 'together 0', name: 'foreign' });
  const all = [...keys, 'together huge', 'no such key'];
  const run = async () => {
    const ends = new Map<string, unknown>();
    const slice = () => wholeSlice();
    await syncKeys(
      line,
      all,
      slice,
      (key, end) => void ends.set(key, 'error' in end ? end.error : end.report),
    );
    return ends;
  };
  await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
    const ends = await run();
    for (const [i, key] of keys.entries()) {
      if (i === 0) expect(ends.get(key)).toMatchObject({ code: 'DOCUMENT_FOREIGN' });
      else
        expect(ends.get(key)).toMatchObject(i % 20 === 7 ? { written: 0, dead: 1 } : { written: 1, dead: 0 });
    }
    expect(ends.get('together huge')).toMatchObject({ written: 1 });
    expect(ends.get('no such key')).toMatchObject({ result: 'absent' });
  });
  expect(await fieldsOf('together 1')).toEqual(['_bsontype']);
  expect(await lettersOf('together 7')).toMatchObject([{ kind: 'value', code: 121 }]);

  for (const i of [7, 27, 47]) await under.redis.hset(`together ${i}`, 'more', 'x');
  await under.db.collection<{ _id: string }>('hashes').deleteOne({ _id: 'together 0' });
  const ends = await run();
  for (const i of [0, 7, 27, 47]) expect(ends.get(`together ${i}`)).toMatchObject({ written: 1, dead: 0 });
  for (const i of [7, 27, 47]) expect(await lettersOf(`together ${i}`)).toEqual([]);
  for (const key of keys) expect(addsUp(await under.state(key))).toBe(true);
});
