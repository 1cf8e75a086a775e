import type { Db } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { Losses } from '../src/chaos/losses.js';
import { ValueWatch } from '../src/chaos/value-watch.js';
import { ABSENT, valueDigest, WrittenValue } from '../src/chaos/written-value.js';

const digestOf = (version: number) =>
  valueDigest('hash', [[Buffer.from('version'), Buffer.from(`${version}`)]]);

let value: WrittenValue;
let watch: ValueWatch;
beforeEach(() => {
  value = new WrittenValue('user:1');
  watch = new ValueWatch({} as Db, [value], new Losses()); // the test passes states to it directly
  for (const version of [1, 2, 3]) {
    value.begin(digestOf(version));
    value.done(version * 1_000);
  }
});

describe('states of a value that were seen in MongoDB', () => {
  it('may be any states of Redis, in order, and some may be skipped', () => {
    for (const digest of [ABSENT, digestOf(1), digestOf(1), digestOf(3)]) watch.take(value, digest);
    expect(watch.problems).toEqual([]);
    expect(watch.states).toBe(3);
  });

  it('must not come back after a newer one was seen', () => {
    for (const version of [2, 1]) watch.take(value, digestOf(version));
    expect(watch.problems).toEqual([expect.stringContaining('user:1: an older state came back')]);
  });

  it('must be states that Redis had', () => {
    watch.take(value, digestOf(7));
    expect(watch.problems).toEqual([
      expect.stringContaining('user:1: MongoDB held a state that Redis never had'),
    ]);
  });

  it('may be absent only if the value was absent in Redis, which may happen repeatedly', () => {
    watch.take(value, digestOf(2));
    watch.take(value, ABSENT);
    expect(watch.problems).toEqual([expect.stringContaining('user:1: it was gone')]);
    for (const version of [4, 5]) {
      value.begin(ABSENT);
      value.begin(digestOf(version));
      watch.take(value, ABSENT);
      watch.take(value, digestOf(version));
    }
    expect(watch.problems).toHaveLength(1);
  });

  it('depend on the order of items only if the type has one', () => {
    const [a, b] = [[Buffer.from('a')], [Buffer.from('b')]];
    expect(valueDigest('set', [a, b])).toBe(valueDigest('set', [b, a]));
    expect(valueDigest('list', [a, b])).not.toBe(valueDigest('list', [b, a]));
    expect(valueDigest('hash', [[Buffer.from('a b')]])).not.toBe(valueDigest('hash', [[...a, ...b]]));
  });
});

it('the state that Redis certainly had at a time is the newest one answered by then', () => {
  expect([0, 999, 1_000, 2_500, 9_000].map((time) => value.versionAt(time))).toEqual([0, 0, 1, 2, 3]);
  value.begin(digestOf(4)); // sent, but not answered
  expect(value.versionAt(9_000)).toBe(3);
  expect(value.find(digestOf(2), 3)).toBeUndefined();
  expect(value.find(digestOf(4), 3)).toBe(4);
});
