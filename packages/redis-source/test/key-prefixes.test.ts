import { keyFilter, keyIdOf } from '@redis-to-mongo/pipeline';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyPrefixes } from '../src/index.js';

const prefixesOf = (...patterns: string[]) => keyPrefixes(patterns).map(String);

it('patterns give the beginnings of the keys that they can match, none of which is the beginning of another', () => {
  expect(prefixesOf('orders:*', 'users:[ab]', 'orders:eu:*')).toEqual(['orders:', 'users:']);
  expect(prefixesOf('plain')).toEqual(['plain']);
  expect(prefixesOf('a\\*b*', 'é?')).toEqual(['a*b', 'é']);
});

it('a pattern that a key of any name can match gives none', () => {
  expect(prefixesOf('orders:*', '*')).toEqual([]);
  expect(prefixesOf('?x')).toEqual([]);
  expect(prefixesOf()).toEqual([]);
});

it('a pattern that the ids of binary keys can match gives none: their names begin with other bytes', () => {
  expect(prefixesOf('base64:*')).toEqual([]);
  expect(prefixesOf('base*')).toEqual([]);
  expect(prefixesOf('basement*')).toEqual(['basement']);
});

it('a name that is not text is met by its bytes, whatever stands for them in the pattern', () => {
  const pattern = 'orders:\ufffd*';
  const name = Buffer.from([...Buffer.from('orders:'), 0xff, 0x41]);
  expect(keyFilter([pattern], [])(keyIdOf(name))).toBe(true);
  expect(prefixesOf(pattern)).toEqual(['orders:']);
  expect(prefixesOf('\ufffd*')).toEqual([]);
});

it('no key that a pattern matches is left out', () => {
  const chars = fc.constantFrom('a', 'b', ':', '*', '?', '[ab]', '\\*', 'é');
  const pattern = fc.array(chars, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const key = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', 'é'), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), key, (patterns, name) => {
      const prefixes = keyPrefixes(patterns);
      if (prefixes.length === 0 || !keyFilter(patterns, [])(name)) return;
      expect(prefixes.some((prefix) => name.startsWith(String(prefix)))).toBe(true);
    }),
  );
});
