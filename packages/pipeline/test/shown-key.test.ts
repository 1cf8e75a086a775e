import { describe, expect, it } from 'vitest';
import { shownKey } from '../src/shown-key.js';

describe('a key that is shown', () => {
  it.each([
    ['orders:info:tags', 'orders:info:tags'],
    ['two words', 'two words'],
    ['', ''],
    [' ', '\\u{20}'],
    ['   ', '\\u{20}\\u{20}\\u{20}'],
    [' a', '\\u{20}a'],
    ['a ', 'a\\u{20}'],
    ['a   b', 'a \\u{20}\\u{20}b'],
    ['a\u00a0b', 'a\\u{a0}b'],
    ['a\nb', 'a\\u{a}b'],
    ['\u3164', '\\u{3164}'],
    ['\u2800', '\\u{2800}'],
    ['\u202eabc', '\\u{202e}abc'],
    ['a\\b', 'a\\b'],
    ['a\\u{20}', 'a\\u{5c}u{20}'],
  ])('%j is shown as %j', (key, shown) => {
    expect(shownKey(key)).toBe(shown);
  });

  it('is cut in its middle, so that long ones with other ends remain different', () => {
    const [one, other] = [`${'x'.repeat(65_536)}1`, `${'x'.repeat(65_536)}2`].map(shownKey);
    expect(one).toHaveLength(181);
    expect(one).not.toBe(other);
    expect(shownKey('😀'.repeat(1000))).toBe(`${'😀'.repeat(120)}…${'😀'.repeat(60)}`);
  });
});
