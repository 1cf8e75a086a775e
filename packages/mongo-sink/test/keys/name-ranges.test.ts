import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundsBeyond, boundsOf, type NameBounds, nameRanges } from '../../src/keys/name-ranges.js';
import { estimateKeys, type NameSample, NO_SAMPLE, sampleOfType } from '../../src/keys/name-sample.js';

const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function isWithin(name: string, { low, isLowOut, high, isHighIn }: NameBounds): boolean {
  const above = low === undefined ? 1 : bytes(name, low);
  const below = high === undefined ? -1 : bytes(name, high);
  return (isLowOut ? above > 0 : above >= 0) && (isHighIn ? below <= 0 : below < 0);
}

function sampleOf(names: readonly string[], total = names.length): NameSample {
  const keys = names.map((name, i) => ({
    name: Buffer.from(name),
    keyType: i % 10 === 0 ? 'stream' : 'hash',
  }));
  return { total, keys: keys.sort((a, b) => Buffer.compare(a.name, b.name)) };
}

test('the ranges have each name once, in order, whatever the sample holds', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', ':', '0', '9', '\ud7ff', '\ue000', '😀'),
    maxLength: 5,
  });
  const size = fc.integer({ min: 1, max: 10 });
  const inputs = [fc.array(name), fc.array(name), name, fc.option(name), fc.boolean(), size, size] as const;
  fc.assert(
    fc.property(...inputs, (names, cuts, prefix, after, isReversed, first, most) => {
      const all = boundsOf(prefix);
      const bounds = after === null ? all : boundsBeyond(all, after, isReversed);
      const isBehind = (each: string) =>
        after === null || (isReversed ? bytes(each, after) < 0 : bytes(each, after) > 0);
      const ranges = [...nameRanges(bounds, sampleOf(cuts), isReversed, { first, most })];
      const ordered = [...new Set(names)].sort(bytes);
      if (isReversed) ordered.reverse();
      const found = ranges.flatMap((range) => ordered.filter((each) => isWithin(each, range)));
      expect(found).toEqual(ordered.filter((each) => each.startsWith(prefix) && isBehind(each)));
    }),
  );
});

test('each range has about twice as many keys as the one before, so that few ranges have all', () => {
  const names = Array.from({ length: 4096 }, (_none, i) => String(i).padStart(4, '0'));
  expect([
    ...nameRanges(boundsOf(''), sampleOf(names), false, { most: Number.MAX_SAFE_INTEGER }),
  ]).toHaveLength(13);
  expect([...nameRanges(boundsOf(''), NO_SAMPLE, false, { most: 8 })]).toEqual([boundsOf('')]);
});

test('a type whose names are all at the end is not searched from the beginning', () => {
  const names = Array.from({ length: 4000 }, (_none, i) => String(i).padStart(4, '0'));
  const keys = names.map((name, i) => ({ name: Buffer.from(name), keyType: i < 3900 ? 'hash' : 'stream' }));
  const [first] = nameRanges(boundsOf(''), sampleOfType({ total: 4_000_000, keys }, 'stream'), false, {
    most: 8,
  });
  expect(first?.high).toBe('3900');
  expect(sampleOfType({ total: 1, keys }, undefined).keys).toHaveLength(4000);
});

test('a long list is estimated by its share of the sample, and a short one is not', () => {
  const names = Array.from({ length: 1000 }, (_none, i) => `${i < 500 ? 'a' : 'b'}:${i}`);
  const sample = sampleOf(names, 1_000_000);
  expect(estimateKeys(sample, {})).toBe(1_000_000);
  expect(estimateKeys(sample, { name: { prefix: 'a:' } })).toBe(500_000);
  expect(estimateKeys(sample, { keyType: 'stream' })).toBe(100_000);
  expect(estimateKeys(sample, { keyType: 'hash', condition: 'active' })).toBe(900_000);
  expect(estimateKeys(sample, { condition: 'deleted' })).toBeUndefined();
  expect(estimateKeys(sample, { name: { prefix: 'a:111' } })).toBeUndefined();
  const test = (name: string) => name.endsWith('7');
  expect(estimateKeys(sample, { name: { prefix: 'b', test } })).toBe(50_000);
  expect(estimateKeys(sample, { name: { prefix: '', test: (name) => name === 'a:7' } })).toBeUndefined();
  expect(estimateKeys(NO_SAMPLE, {})).toBeUndefined();
});
