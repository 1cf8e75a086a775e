import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeContent, encodeContent, type StoredText, storedText } from '../src/content.js';

const name = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      '',
      '0',
      '10',
      '$set',
      'a.b',
      'a\0b',
      '__proto__',
      '_bsontype',
      'toBSON',
      'constructor',
      'toString',
      'a',
    )
    .map((text) => Buffer.from(text)),
);
const value = fc.uint8Array().map((bytes) => Buffer.from(bytes));

function flatOf(pairs: readonly (readonly [Buffer, Buffer])[]): StoredText[] {
  return pairs.flat().map(storedText);
}

describe('content', () => {
  it('gives back the identical list of field-value pairs, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 12 }), (pairs) => {
        expect(decodeContent(encodeContent(flatOf(pairs)))).toEqual(pairs);
      }),
      { numRuns: 5000 },
    );
  });

  it('is a plain object in the common case', () => {
    expect(encodeContent(['user', 'ann', 'amount', '12.50'])).toEqual({ user: 'ann', amount: '12.50' });
  });

  it.each([
    ['a repeated name', ['a', '1', 'a', '2']],
    ['an empty name', ['', '1']],
    ['a name with a dot', ['a.b', '1']],
    ['a name that begins with a dollar', ['$set', '1']],
    ['a name with a NUL', ['a\0', '1']],
    ['__proto__', ['__proto__', '1']],
    ['_bsontype', ['_bsontype', 'ObjectId']],
    ['toBSON', ['toBSON', '1']],
    ['a name that reads as an array index', ['b', '1', '7', '2']],
  ])('is a list of pairs for %s', (_, flat) => {
    const content = encodeContent(flat);
    expect(Array.isArray(content)).toBe(true);
    expect(decodeContent(content).flat().map(String)).toEqual(flat);
  });

  it('keeps names of the object prototype as plain fields', () => {
    expect(Object.entries(encodeContent(['constructor', 'x', 'toString', 'y']))).toEqual([
      ['constructor', 'x'],
      ['toString', 'y'],
    ]);
  });

  it('refuses what it did not make', () => {
    expect(() => decodeContent(null)).toThrow(TypeError);
    expect(() => decodeContent([['only a name']])).toThrow(TypeError);
    expect(() => decodeContent({ a: 7 })).toThrow(TypeError);
  });
});
