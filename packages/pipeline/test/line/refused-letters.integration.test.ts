import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { syncKey, syncKeys } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests();

/** While MongoDB refuses what is called bad, and the dead letter of the worst. */
async function refusing(collection: string, bad: object, run: () => Promise<void>) {
  const { db } = under;
  await db.command({ collMod: collection, validator: bad });
  await db.command({ collMod: 'dead_letters', validator: { stream: { $not: /worst$/ } } });
  try {
    await run();
  } finally {
    for (const name of [collection, 'dead_letters']) await db.command({ collMod: name, validator: {} });
  }
}

const namesOf = (way: string) =>
  ['worst', 'bad', ...Array.from({ length: 20 }, (_, i) => `good ${i}`)].map((name) => `${way} ${name}`);
const refused = { status: 'rejected', reason: { code: 'DEAD_LETTER_REFUSED' } };

describe('a key whose dead letter is refused costs no other', () => {
  it('of streams whose entries go in one command', async () => {
    const names = namesOf('stream');
    await under.redis.xadd('first', '1-0', 'v', 'makes the collection');
    await under.sync('first');
    for (const key of names) await under.redis.xadd(key, '1-0', 'v', 'x');
    const line = await under.line();
    await refusing('stream_messages', { stream: { $not: /bad$|worst$/ } }, async () => {
      const [worst, bad, ...good] = await Promise.allSettled(
        names.map((key) => syncKey(line, key, wholeSlice())),
      );
      expect(worst).toMatchObject(refused);
      expect(bad).toMatchObject({ value: { seen: 1, written: 0, dead: 1 } });
      for (const each of good) expect(each).toMatchObject({ value: { written: 1, dead: 0 } });
    });
    expect(await syncKey(line, 'stream worst', wholeSlice())).toMatchObject({ written: 1, dead: 0 });
    for (const key of names) expect(addsUp(await under.state(key))).toBe(true);
  });

  it.each(['alone', 'together'])('of values that go %s', async (way) => {
    const names = namesOf(way);
    await under.redis.hset(`${way} first`, 'v', '1');
    const source = redisSource(under.redis, KEY_TYPES, {
      readEntries: 100,
      readBytes: 8 << 20,
      maxInlineMembers: 100,
    });
    const line = await under.line({ source });
    await syncKey(line, `${way} first`, wholeSlice());
    for (const key of names) await under.redis.hset(key, key.includes('good') ? 'v' : 'secret', '1');
    await refusing('hashes', { 'fields.secret': { $exists: false } }, async () => {
      const ends = new Map<string, unknown>();
      const end = (key: string, result: unknown) => void ends.set(key, result);
      if (way === 'together') await syncKeys(line, names, () => wholeSlice(), end);
      else
        await Promise.all(
          names.map(async (key) => {
            const [result] = await Promise.allSettled([syncKey(line, key, wholeSlice())]);
            end(key, result?.status === 'fulfilled' ? { report: result.value } : { error: result?.reason });
          }),
        );
      expect(ends.get(`${way} worst`)).toMatchObject({ error: { code: 'DEAD_LETTER_REFUSED' } });
      expect(ends.get(`${way} bad`)).toMatchObject({ report: { written: 0, dead: 1 } });
      for (const key of names.slice(2))
        expect(ends.get(key), key).toMatchObject({ report: { written: 1, dead: 0 } });
    });
    expect(await syncKey(line, `${way} worst`, wholeSlice())).toMatchObject({ written: 1, dead: 0 });
  });
});
