import fc from 'fast-check';
import { BSON } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { jsonValue, jsonWeight, withoutSpace } from '../src/documents/json-value.js';

describe('a JSON text', () => {
  it.each(['{"a":1,"b":[true,null,"x"],"c":1.5}', '[]', '"text"', '-7', '{ "spaced" : [ 1 , "a b" ] }'])(
    'that a document gives back needs no text: %s',
    (text) => {
      expect(jsonValue(text)).toEqual({ value: JSON.parse(text) });
    },
  );

  it.each([
    '9007199254740993',
    '1.0',
    '1e400',
    '{"":1}',
    '{"a.b":1}',
    '{"$a":1}',
    '{"b":1,"1":2}',
    '{"__proto__":1}',
    '{"_bsontype":"ObjectId"}',
    '{"a":[{"_bsontype":{"b":null}}]}',
    '{"toBSON":"x"}',
    '"\\ud800"',
    '{"\\udfff":1}',
  ])('that a document would change is kept: %s', (text) => {
    expect(jsonValue(text)).toMatchObject({ text });
  });

  it('takes no more in a document than it is taken to weigh', () => {
    const many = (item: string, count: number) => `[${Array(count).fill(item).join(',')}]`;
    const members = (name: (i: number) => string, value: string) =>
      `{${Array.from({ length: 20_000 }, (_, i) => `"${name(i)}":${value}`).join(',')}}`;
    const texts = [
      ...['1', '0.5', '"a"', '[]', '{}', 'null', 'true', '-1e21', '"\\u0000"', '{"a":1}', '[[[1]]]'].map(
        (item) => many(item, 150_000),
      ),
      ...['1', '[]', '{"b":"c"}'].map((value) => members((i) => `n${i}`, value)),
      JSON.stringify('漢'.repeat(100_000)),
    ];
    for (const text of texts) {
      const document = jsonValue(text);
      expect(BSON.calculateObjectSize({ ...document })).toBeLessThanOrEqual(
        jsonWeight(Buffer.from(text)) + 100,
      );
    }
    // Names that become pairs take more, and still fit where the weight is within its limit.
    const odd = members((i) => `$${i}`, '1');
    expect(BSON.calculateObjectSize({ ...jsonValue(odd) })).toBeLessThan(1.33 * jsonWeight(Buffer.from(odd)));
  });

  it('nested too deeply is kept as text alone', () => {
    const text = `${'['.repeat(120)}${']'.repeat(120)}`;
    expect(jsonValue(text)).toEqual({ value: null, text });
  });
});

describe('white space between the tokens of a JSON text', () => {
  it('goes, and that in texts stays, whatever is escaped in them', () => {
    const space = fc.constantFrom('', ' ', '\n\t');
    const property = fc.property(fc.jsonValue(), space, (value, indent) => {
      expect(withoutSpace(JSON.stringify(value, null, indent))).toBe(JSON.stringify(value));
    });
    fc.assert(property);
    for (const text of ['\\', '"', '\\"', ' \\\\" " ']) {
      const json = JSON.stringify([text, text]);
      expect(withoutSpace(json.replace(',', ' , '))).toBe(json);
    }
  });

  it.each(['x', '\n', '"', ' '])('goes beside a text of many MB too (%j)', (part) => {
    const text = part.repeat(20_000_000);
    const json = JSON.stringify([text]);
    expect(withoutSpace(` ${json} `) === json).toBe(true);
  });
});
