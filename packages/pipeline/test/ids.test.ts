import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEntryIds, entryIdBefore, entryTime } from '../src/entry-id.js';
import { canonicalKeyId, isKeyId, keyBytes, keyIdOf, keyName } from '../src/key-id.js';
import { keyOfMessageId, messageId, messageIdBounds, messageIdPrefix } from '../src/message-id.js';
import { placeOf } from '../src/naming-convention.js';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const entryId = fc.tuple(u64, u64).map(([ms, seq]) => ({ ms, seq, text: `${ms}-${seq}` }));

describe('key ids', () => {
  it('name every key, and no two keys alike', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(keyBytes(keyIdOf(bytes)).equals(bytes)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('are sent as names of the same bytes, and known from other texts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const id = keyIdOf(bytes);
        expect(Buffer.from(keyName(id)).equals(bytes)).toBe(true);
        expect(isKeyId(id)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
        expect(isKeyId(text)).toBe(keyIdOf(keyBytes(text)) === text);
        expect(isKeyId(`base64:${text}`)).toBe(keyIdOf(keyBytes(`base64:${text}`)) === `base64:${text}`);
      }),
    );
    for (const text of ['', 'base64', '\ud800', 'a\udc00b', 'base64:/w', 'base64:b3JkZXJz'])
      expect(isKeyId(text)).toBe(text === 'base64');
  });

  it('are the text of a key that is text', () => {
    expect(keyIdOf(Buffer.from('orders:info:tags'))).toBe('orders:info:tags');
    expect(keyIdOf(Buffer.from('naïve ☃'))).toBe('naïve ☃');
  });

  it('name the empty key, and read its other spelling', () => {
    expect(keyIdOf(Buffer.alloc(0))).toBe('base64:');
    expect(keyBytes('base64:')).toHaveLength(0);
    expect(canonicalKeyId('')).toBe('base64:');
    expect(canonicalKeyId('base64:/w')).toBe('base64:/w==');
  });

  it('distinguish a key that looks like an escape from the key it would name', () => {
    const lookalike = Buffer.from('base64:/w==');
    expect(keyIdOf(lookalike)).not.toBe('base64:/w==');
    expect(keyBytes(keyIdOf(lookalike)).equals(lookalike)).toBe(true);
  });
});

describe('entry ids', () => {
  it('are ordered by number', () => {
    fc.assert(
      fc.property(entryId, entryId, (a, b) => {
        const expected = a.ms === b.ms ? (a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : 0) : a.ms < b.ms ? -1 : 1;
        expect(Math.sign(compareEntryIds(a.text, b.text))).toBe(expected);
      }),
    );
    expect(compareEntryIds('5-9', '5-10')).toBeLessThan(0);
  });

  it('have one right before them', () => {
    fc.assert(
      fc.property(entryId, ({ ms, seq, text }) => {
        const number = (ms << 64n) + seq;
        if (number === 0n) return;
        const before = entryIdBefore(text).split('-').map(BigInt);
        expect(((before[0] ?? 0n) << 64n) + (before[1] ?? 0n)).toBe(number - 1n);
      }),
    );
  });

  it('carry a time, unless it lies beyond what a date can hold', () => {
    expect(entryTime('1700000000000-3')).toEqual(new Date(1700000000000));
    expect(entryTime('18446744073709551615-0')).toBeUndefined();
  });
});

describe('message ids', () => {
  it('sort as text the way the entry ids sort as numbers, incarnation by incarnation', () => {
    fc.assert(
      fc.property(
        entryId,
        entryId,
        fc.integer({ min: 1, max: 1200 }),
        fc.integer({ min: 1, max: 1200 }),
        (a, b, i, j) => {
          const one = messageId(messageIdPrefix('orders', i), a.text);
          const other = messageId(messageIdPrefix('orders', j), b.text);
          const expected = i === j ? Math.sign(compareEntryIds(a.text, b.text)) : Math.sign(i - j);
          expect(one < other ? -1 : one > other ? 1 : 0).toBe(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('are never shared by two keys, incarnations or entries', () => {
    const key = fc.stringMatching(/^[a@:1-]{0,6}$/);
    const incarnation = fc.integer({ min: 1, max: 30 });
    const small = fc.tuple(fc.nat(30), fc.nat(30)).map(([ms, seq]) => `${ms}-${seq}`);
    fc.assert(
      fc.property(key, incarnation, small, key, incarnation, small, (k1, i1, e1, k2, i2, e2) => {
        fc.pre(k1 !== k2 || i1 !== i2 || e1 !== e2);
        expect(messageId(messageIdPrefix(k1, i1), e1)).not.toBe(messageId(messageIdPrefix(k2, i2), e2));
        expect(keyOfMessageId(messageId(messageIdPrefix(k1, i1), e1))).toBe(k1);
      }),
      { numRuns: 5000 },
    );
  });

  it('lie within the bounds of their key and incarnation', () => {
    fc.assert(
      fc.property(entryId, fc.integer({ min: 1, max: 1e6 }), (entry, incarnation) => {
        const id = messageId(messageIdPrefix('orders', incarnation), entry.text);
        for (const bounds of [messageIdBounds('orders'), messageIdBounds('orders', incarnation)])
          expect(id > bounds.$gt && id < bounds.$lt).toBe(true);
        const other = messageIdBounds('orders', incarnation + 1);
        expect(id > other.$gt && id < other.$lt).toBe(false);
      }),
    );
  });
});

describe('the naming convention', () => {
  it.each([
    ['orders', 'orders', 'main'],
    ['orders:info:tags', 'orders', 'tags'],
    ['a:info:b:info:c', 'a', 'b:info:c'],
    [':info:tags', ':info:tags', 'main'],
    ['orders:info:', 'orders:info:', 'main'],
    ['orders:info:main', 'orders:info:main', 'main'],
    ['base64:/w==', 'base64:/w==', 'main'],
  ])('%s belongs to %s as %s', (key, stream, type) => {
    expect(placeOf(key, ':info:')).toEqual({ stream, type });
  });
});
