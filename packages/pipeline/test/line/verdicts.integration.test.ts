import { readDeadLetter } from '@redis-to-mongo/mongo-sink';
import { decodeContent, syncKey } from '@redis-to-mongo/pipeline';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests({ ownMongo: true });

describe('the verdict on each record', () => {
  it('an entry too large for one document becomes a dead letter, whole; its neighbors are written', async () => {
    const value = Buffer.alloc(17_000_000, 'z');
    await under.redis.xadd('huge', '1-0', 'v', 'before');
    await under.redis.xadd('huge', '2-0', 'v', value, 'binary', Buffer.from([255, 0]));
    await under.redis.xadd('huge', '3-0', 'v', 'after');
    expect(await under.sync('huge')).toMatchObject({ seen: 3, written: 2, dead: 1 });
    expect((await under.messages('huge')).map(({ entryId }) => entryId)).toEqual(['1-0', '3-0']);
    expect(await under.sync('huge')).toMatchObject({ result: 'unchanged' });

    const id = 'huge@a1:a2-a0';
    const letter = await under.db.collection<{ _id: string }>('dead_letters').findOne({ _id: id });
    expect(letter).toMatchObject({
      stream: 'huge',
      entryId: '2-0',
      code: 10334,
      collection: 'stream_messages',
    });
    const document = await readDeadLetter(under.db, id);
    const [first, second] = decodeContent(document?.content);
    expect([String(first?.[0]), first?.[1].equals(value)]).toEqual(['v', true]);
    expect(second).toEqual([Buffer.from('binary'), Buffer.from([255, 0])]);
    expect(addsUp(await under.state('huge'))).toBe(true);
  });

  it('of a batch larger than a message of the protocol is right, though the batch is cut', async () => {
    const key = 'cut';
    const sizes = [1, ...Array.from({ length: 26 }, () => 2_000_000), 17_000_000, 1_900_000, 1];
    for (const [i, size] of sizes.entries()) await under.redis.xadd(key, `${i + 1}-0`, 'v', 'x'.repeat(size));
    const line = await under.line({ readBytes: 1 << 30 });
    const expected = { seen: 30, dead: 1 };
    expect(await syncKey(line, key, wholeSlice())).toMatchObject({
      ...expected,
      written: 29,
      alreadyThere: 0,
    });
    await under.db.collection<{ _id: string }>('keys').deleteOne({ _id: key });
    await under.db.collection<{ _id: string }>('stream_messages').deleteMany({ stream: key, entryId: '5-0' });
    expect(await syncKey(line, key, wholeSlice())).toMatchObject({
      ...expected,
      written: 1,
      alreadyThere: 28,
    });
    const there = (await under.messages(key)).map(({ entryId }) => entryId);
    expect(there).toEqual(sizes.flatMap((size, i) => (size > 16_000_000 ? [] : [`${i + 1}-0`])));
  });

  it('an entry that a rule of the collection refuses becomes a dead letter with the reason', async () => {
    await under.redis.xadd('ruled', '0-1', 'v', 'makes the collection');
    await under.sync('ruled');
    await under.db.command({
      collMod: 'stream_messages',
      validator: { 'content.secret': { $exists: false } },
      validationAction: 'error',
    });
    try {
      for (const [id, name] of [
        ['1-0', 'fine'],
        ['2-0', 'secret'],
        ['3-0', 'fine'],
      ] as const)
        await under.redis.xadd('ruled', id, name, 'value');
      expect(await under.sync('ruled')).toMatchObject({ seen: 3, written: 2, dead: 1 });
    } finally {
      await under.db.command({ collMod: 'stream_messages', validator: {} });
    }
    const letter = await under.db
      .collection<{ _id: string }>('dead_letters')
      .findOne({ _id: 'ruled@a1:a2-a0' });
    expect(letter).toMatchObject({ code: 121, reason: expect.any(String), parts: 0 });
    expect(await readDeadLetter(under.db, 'ruled@a1:a2-a0')).toMatchObject({ content: { secret: 'value' } });
    expect(addsUp(await under.state('ruled'))).toBe(true);
  });

  it('a duplicate on an index of the user is a refusal, not "already there"', async () => {
    await under.db
      .collection('stream_messages')
      .createIndex(
        { 'content.orderId': 1 },
        { unique: true, partialFilterExpression: { 'content.orderId': { $exists: true } } },
      );
    try {
      for (const id of ['1-0', '2-0', '3-0'])
        await under.redis.xadd('unique', id, 'orderId', id === '3-0' ? 'b' : 'a');
      expect(await under.sync('unique')).toMatchObject({ seen: 3, written: 2, alreadyThere: 0, dead: 1 });
    } finally {
      await under.db.collection('stream_messages').dropIndex('content.orderId_1');
    }
    const letter = await under.db
      .collection<{ _id: string }>('dead_letters')
      .findOne({ _id: 'unique@a1:a2-a0' });
    expect(letter).toMatchObject({ code: 11000 });
  });

  it('entries that a 2dsphere index of the user refuses become dead letters; the others arrive, behind them too', async () => {
    await under.redis.xadd('geo', '0-1', 'v', 'makes the collection');
    await under.sync('geo');
    await under.db.collection('stream_messages').createIndex({ 'content.place': '2dsphere' });
    try {
      const pipeline = under.redis.pipeline();
      for (let i = 1; i <= 300; i++) pipeline.xadd('geo', `${i}-0`, i % 3 === 0 ? 'place' : 'v', 'nowhere');
      await pipeline.exec();
      expect(await under.sync('geo')).toMatchObject({ seen: 300, written: 200, dead: 100, lag: 0 });
    } finally {
      await under.db.collection('stream_messages').dropIndex('content.place_2dsphere');
    }
    const letters = await under.db.collection('dead_letters').find({ stream: 'geo' }).toArray();
    expect(letters).toHaveLength(100);
    expect(letters[0]?.code).toBeGreaterThan(16_000);
    expect(addsUp(await under.state('geo'))).toBe(true);
    expect(await under.sync('geo')).toMatchObject({ result: 'unchanged' });
  });

  it('an entry for which the command as a whole is refused is one record', async () => {
    // Its time is a date of the year 33658, which some servers do not read. What they make of it, its neighbors are written.
    for (const id of ['1-0', '2-0', '999999999999999-0', '999999999999999-1'])
      await under.redis.xadd('far', id, 'v', 'x');
    const { seen, written, dead } = await under.sync('far');
    expect([seen, written + dead]).toEqual([4, 4]);
    expect(written).toBeGreaterThanOrEqual(2);
    expect(await under.db.collection('dead_letters').countDocuments({ stream: 'far' })).toBe(dead);
    expect(await under.sync('far')).toMatchObject({ result: 'unchanged' });
  });

  it('a dead letter that is refused itself keeps the stream where it is, with the reason', async () => {
    await under.redis.xadd('letters', '1-0', 'v', Buffer.alloc(17_000_000, 'z'));
    await under.sync('letters');
    await under.redis.xadd('letters', '2-0', 'v', Buffer.alloc(17_000_000, 'z'));
    await under.db.command({ collMod: 'dead_letters', validator: { entryId: { $ne: '2-0' } } });
    try {
      await expect(under.sync('letters')).rejects.toMatchObject({ code: 'DEAD_LETTER_REFUSED' });
      expect((await under.state('letters')).counts).toMatchObject({ seen: 1, dead: 1 });
    } finally {
      await under.db.command({ collMod: 'dead_letters', validator: {} });
    }
    expect(await under.sync('letters')).toMatchObject({ seen: 1, dead: 1 });
  });

  it('text of three bytes a character fits into the commands, however the batch is cut', async () => {
    const pipeline = under.redis.pipeline();
    for (let i = 1; i <= 4000; i++) pipeline.xadd('wide', `${i}-0`, 'v', '漢'.repeat(2000));
    await pipeline.exec();
    const line = await under.line({ readBytes: 1 << 30 });
    expect(await syncKey(line, 'wide', wholeSlice())).toMatchObject({ seen: 4000, written: 4000, dead: 0 });
  });

  it('a document of a key that is refused fails that key, and no other', async () => {
    await under.redis.xadd('kept', '0-1', 'v', 'makes the collection');
    await under.sync('kept');
    await under.db.command({ collMod: 'keys', validator: { _id: { $ne: 'refused' } } });
    try {
      const line = await under.line();
      const keys = ['refused', ...Array.from({ length: 20 }, (_, i) => `neighbor ${i}`)];
      for (const key of keys) await under.redis.xadd(key, '1-0', 'v', 'x');
      const results = await Promise.allSettled(keys.map((key) => syncKey(line, key, wholeSlice())));
      expect(results[0]).toMatchObject({ status: 'rejected', reason: { code: 'KEY_REFUSED' } });
      expect(results.slice(1).every(({ status }) => status === 'fulfilled')).toBe(true);
    } finally {
      await under.db.command({ collMod: 'keys', validator: {} });
    }
    expect(await under.sync('refused')).toMatchObject({ alreadyThere: 1 });
  });

  it('a dead letter written twice is there once', async () => {
    await under.redis.xadd('again', '1-0', 'v', Buffer.alloc(17_000_000, 'z'));
    await under.sync('again');
    await under.db.collection<{ _id: string }>('keys').deleteOne({ _id: 'again' });
    expect(await under.sync('again')).toMatchObject({ dead: 1 });
    expect(await under.db.collection('dead_letters').countDocuments({ stream: 'again' })).toBe(1);
  });

  it('an unknown error is thrown, and the position stays', async () => {
    await under.redis.xadd('unknown', '1-0', 'v', 'x');
    const line = await under.line();
    const broken = {
      ...line,
      sink: { ...line.sink, write: () => Promise.reject(new TypeError('a bug')) },
    };
    await expect(syncKey(broken, 'unknown', wholeSlice())).rejects.toThrow('a bug');
    expect(await under.db.collection<{ _id: string }>('keys').findOne({ _id: 'unknown' })).toBeNull();
  });
});
