import fc from 'fast-check';
import { Binary, BSON, type Document, Long } from 'mongodb';
import { expect, it } from 'vitest';
import { PlainBsonWriter } from '../../src/bson/plain-bson-writer.js';

const writer = new PlainBsonWriter(16 * 1024 * 1024);
const byDriver = (document: Document) =>
  Buffer.from(BSON.serialize(document, { ignoreUndefined: false, checkKeys: false }));

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER),
    fc.date({ noInvalidDate: true }),
    fc.constantFrom(new Binary(Buffer.from([0, 255])), Long.fromNumber(7), Object.create(null)),
    fc.array(tie('any'), { maxLength: 12 }),
    fc.dictionary(
      fc.string({ maxLength: 30 }).filter((name) => !name.includes('\0')),
      tie('any'),
      {
        noNullPrototype: true,
      },
    ),
  ),
})).any;
const document = fc.dictionary(
  fc.string({ maxLength: 30 }).filter((name) => !name.includes('\0')),
  value,
  { noNullPrototype: true },
);

it('makes what the driver makes, of any documents', () => {
  fc.assert(
    fc.property(fc.array(document, { maxLength: 8 }), (documents) => {
      expect(writer.write(documents).equals(Buffer.concat(documents.map(byDriver)))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('makes room for what is large, and leaves what it gave before as it was', () => {
  const small = writer.write([{ a: 'before' }]);
  const large = { text: 'ü'.repeat(1_000_000), list: Array.from({ length: 5_000 }, (_, i) => ({ i })) };
  expect(writer.write([large, { b: 1 }]).equals(Buffer.concat([byDriver(large), byDriver({ b: 1 })]))).toBe(
    true,
  );
  expect(BSON.deserialize(small)).toEqual({ a: 'before' });
});

it.each([{ 'a\0b': 1 }, { in: { 'a\0b': 1 } }])('refuses names that the driver refuses: %o', (refused) => {
  expect(() => byDriver(refused)).toThrow(BSON.BSONError);
  expect(() => writer.write([refused])).toThrow(BSON.BSONError);
});

it('refuses more bytes than its limit, and then writes what is below it', () => {
  const small = new PlainBsonWriter(1024 * 1024);
  const documents = ['a', 'b', 'c'].map((_id) => ({ _id, text: _id.repeat(400_000) }));
  expect(() => small.write(documents)).toThrow(RangeError);
  expect(() => small.write([{ at: new Map([['text', 'x'.repeat(2_000_000)]]) }])).toThrow(RangeError);
  expect(small.write(documents.slice(0, 1))).toEqual(byDriver(documents[0] ?? {}));
});
