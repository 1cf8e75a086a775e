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
  watch = new ValueWatch({} as Db, [value], new Losses()); // states are given to it here
  for (const version of [1, 2, 3]) {
    value.begin(digestOf(version));
    value.done(version * 1_000);
  }
});

describe('states of a value that were met in MongoDB', () => {
  it('may be any that Redis had, in order, and some may be left out', () => {
    for (const digest of [ABSENT, digestOf(1), digestOf(1), digestOf(3)]) watch.take(value, digest);
    expect(watch.problems).toEqual([]);
    expect(watch.states).toBe(3);
  });

  it('must not come back once a newer one was met', () => {
    for (const version of [2, 1]) watch.take(value, digestOf(version));
    expect(watch.problems).toEqual([expect.stringContaining('user:1: an older state came back')]);
  });

  it('must be ones that Redis had', () => {
    watch.take(value, digestOf(7));
    expect(watch.problems).toEqual([
      expect.stringContaining('user:1: MongoDB held a state that it never had'),
    ]);
  });

  it('must not be gone but where Redis had lost it, and can be gone again and again', () => {
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

  it('are judged by the order of items only where the type has one', () => {
    const [a, b] = [[Buffer.from('a')], [Buffer.from('b')]];
    expect(valueDigest('set', [a, b])).toBe(valueDigest('set', [b, a]));
    expect(valueDigest('list', [a, b])).not.toBe(valueDigest('list', [b, a]));
    expect(valueDigest('hash', [[Buffer.from('a b')]])).not.toBe(valueDigest('hash', [[...a, ...b]]));
  });
});

it('the state that Redis had for sure at some time is the newest that was answered by then', () => {
  expect([0, 999, 1_000, 2_500, 9_000].map((time) => value.versionAt(time))).toEqual([0, 0, 1, 2, 3]);
  value.begin(digestOf(4)); // sent, and not answered
  expect(value.versionAt(9_000)).toBe(3);
  expect(value.find(digestOf(2), 3)).toBeUndefined();
  expect(value.find(digestOf(4), 3)).toBe(4);
});
