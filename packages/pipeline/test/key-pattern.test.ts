import { describe, expect, it } from 'vitest';
import { globToRegExp, keyFilter } from '../src/key-filter.js';

describe('key patterns', () => {
  it.each([
    ['*', 'anything:at\nall', true],
    ['orders:*', 'orders:1', true],
    ['orders:*', 'xorders:1', false],
    ['h?llo', 'hello', true],
    ['h?llo', 'heello', false],
    ['h[ae]llo', 'hallo', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hello', false],
    ['h[a-c]llo', 'hbllo', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['{r2m}:*', '{r2m}:sync:meta', true],
    ['a.c', 'abc', false],
    ['a[b', 'a[b', true],
  ])('%s against %s: %s', (pattern, key, matches) => {
    expect(globToRegExp(pattern).test(key)).toBe(matches);
  });

  it('an exclude pattern wins over an include pattern', () => {
    const wanted = keyFilter(['orders:*', 'users:*'], ['*:tmp']);
    expect([wanted('orders:1'), wanted('users:tmp'), wanted('other')]).toEqual([true, false, false]);
  });
});
