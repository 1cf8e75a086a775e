import { Buffer } from 'node:buffer';
import { decodeContent, keyBytes, keyIdOf } from '@redis-to-mongo/pipeline';
import { fuzz, lineForTests } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const under = lineForTests();

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom(
      '',
      'a',
      '0',
      '7',
      '$set',
      'a.b',
      'a\0b',
      '__proto__',
      '_bsontype',
      'toBSON',
      '12345678901234567890',
      '\ufffd',
      '\ufeff',
    )
    .map((text) => Buffer.from(text)),
);
const entry = fc.array(fc.tuple(bytes, bytes), { minLength: 1, maxLength: 8 });

describe('the content of entries', () => {
  it('is read back to the identical list of field-value pairs, through real servers', async () => {
    let run = 0;
    await fuzz(
      'lists of entries, through Redis, the line and MongoDB',
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 40 }), async (entries) => {
        const key = `content-${run++}`;
        const pipeline = under.redis.pipeline();
        for (const pairs of entries) pipeline.xadd(key, '*', ...pairs.flat());
        await pipeline.exec();
        await under.sync(key);
        const stored = (await under.messages(key)).map(({ content }) => decodeContent(content));
        expect(stored).toEqual(entries);
      }),
      60,
    );
  });

  it('is a plain object in the common case', async () => {
    await under.redis.xadd('plain', '5-1', 'user', 'ann', 'amount', '12.50');
    await under.sync('plain');
    expect(await under.messages('plain')).toEqual([
      {
        _id: 'plain@a1:a5-a1',
        stream: 'plain',
        type: 'main',
        entryId: '5-1',
        at: new Date(5),
        content: { user: 'ann', amount: '12.50' },
      },
    ]);
  });

  it('may be a value of 10 MB, or thousands of fields', async () => {
    const large = Buffer.alloc(10_000_000, 'x');
    const fields = Array.from({ length: 10_000 }, (_, i) => [
      Buffer.from(`field-${i % 5000}`),
      Buffer.from(String(i)),
    ]);
    await under.redis.xadd('large', '*', 'value', large);
    await under.redis.xadd('large', '*', ...fields.flat());
    await under.sync('large');
    const [first, second] = (await under.messages('large')).map(({ content }) => decodeContent(content));
    expect(first?.[0]?.[1].equals(large)).toBe(true);
    expect(second).toEqual(fields);
  });

  it('belongs to keys that are not text, too', async () => {
    const key = Buffer.from([0xff, 0x00, 0xfe]);
    await under.redis.xadd(key, '*', 'a', '1');
    const id = keyIdOf(key);
    await under.sync(id);
    expect(await under.messages(id)).toHaveLength(1);
    expect(keyBytes((await under.state(id)).stream)).toEqual(key);
  });

  it('can be read back in stream order, by an index, also where ids differ in their digits', async () => {
    const ids = [
      '5-9',
      '5-10',
      '5-100',
      '9-0',
      '10-0',
      '1700000000000-0',
      '18446744073709551615-18446744073709551615',
    ];
    for (const id of ids) await under.redis.xadd('order', id, 'id', id);
    await under.sync('order');
    expect((await under.messages('order')).map(({ entryId }) => entryId)).toEqual(ids);
    expect((await under.messages('order')).at(-1)?.at).toBeNull();
  });
});
