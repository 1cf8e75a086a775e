import { globPattern } from '@redis-to-mongo/pipeline';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../src/keys/key-path.js';
import { keyQueryPath, nameSearch, parseKeyQuery } from '../src/keys/key-query.js';
import { behindMs, keyStatus } from '../src/keys/key-status.js';
import { placeOf, placeText } from '../src/keys/place-text.js';
import { aSummary } from './a-report.js';

const ERROR = { code: 'MONGO_TIMEOUT', errorClass: 'transient', at: 5, message: '' };
const KEYS = [
  aSummary({ key: 'b', lag: 3, error: ERROR }),
  aSummary({ key: 'a:info:tags', keyType: 'set', stream: 'a', entryId: null }),
  aSummary({ key: 'A.*', lag: 3, gap: 1 }),
  aSummary({ key: 'c', paused: true, lag: 9 }),
  aSummary({ key: 'd', error: { ...ERROR, code: 'KEY_QUARANTINED', at: 6 } }),
  aSummary({ key: 'e', status: 'deleted', dead: 2 }),
];
const query = (text: string) => parseKeyQuery(new URLSearchParams(text));

test('an address leads back to the query it was made of, and a change of the filter to the first page', () => {
  const asked = query('q=a b&type=set&status=gaps&after=WyJ4IixudWxsXQ&page=7');
  expect(asked).toMatchObject({ search: 'a b', keyType: 'set', status: 'gaps', page: 7 });
  expect(query(keyQueryPath(asked, asked).replace('keys?', ''))).toEqual(asked);
  expect(keyQueryPath(asked, { search: 'x' })).toBe('keys?q=x&type=set&status=gaps');
  expect(keyQueryPath(query(''))).toBe('keys');
  expect(query('status=nonsense&sort=nonsense&page=-1&type=nonsense&before=')).toEqual(query(''));
  expect(query('page=5')).toEqual(query(''));
});

test.each([
  ['o', 'o', null],
  ['orders:*', 'orders:', 'orders:1'],
  ['*:tags', '', 'a:tags'],
  ['o[12]x', 'o', 'o1x'],
  ['o\\*x?', 'o*x', 'o*xy'],
])('the search "%s" reads names that begin with "%s"', (search, prefix, taken) => {
  const found = nameSearch({ search, within: false });
  expect(found?.prefix).toBe(prefix);
  expect(found?.test?.(taken ?? '')).toBe(taken === null ? undefined : true);
});

test('a part of a name is found in any case', () => {
  const found = nameSearch({ search: 'HOP', within: true });
  expect([found?.prefix, found?.test?.('shop:1'), found?.test?.('x')]).toEqual(['', true, false]);
  expect(globPattern('hop').prefix).toBe('hop');
});

test.each(['a', '', 'base64:/w==', 'line\nbreak', '\u202eabc', '😀'.repeat(700), '\u0001'.repeat(65_536)])(
  'a place in a list comes through an address, whatever the name (%#)',
  async (key) => {
    for (const value of [null, 0, 1_767_323_045_000]) {
      const text = placeText({ key, value });
      expect(text.length).toBeLessThan(2_000);
      const nameOf = async (start: string, digest: string) =>
        key.startsWith(start) && digestOf(key) === digest ? key : undefined;
      expect(await placeOf(text, nameOf)).toEqual({ key, value });
    }
  },
);

test.each(['', 'x', 'bnVsbA', 'W10', 'WzEsMl0', 'WyJhIiwiYiJd'])('"%s" is no place', async (text) => {
  expect(await placeOf(text, async () => undefined)).toBeUndefined();
});

describe('the status of a key', () => {
  test('is the most telling one', () => {
    expect(KEYS.map(keyStatus)).toEqual([
      'failing',
      'in step',
      'catching up',
      'paused',
      'quarantined',
      'deleted',
    ]);
    const dead = { lag: 0, dead: 1 };
    expect([aSummary(dead), aSummary({ ...dead, lag: 1 })].map(keyStatus)).toEqual([
      'dead letters',
      'catching up',
    ]);
  });

  test('shows how far it is behind in time if that is known', () => {
    const now = 1_767_323_050_000;
    expect(behindMs(aSummary({ lag: 0 }), now)).toBe(0);
    expect(behindMs(aSummary({ lag: 1 }), now)).toBe(5_000);
    expect(behindMs(aSummary({ lag: 1, entryId: '7-1' }), now)).toBeNull();
    expect(behindMs(aSummary({ lag: 1, entryId: '18446744073709551615-0' }), now)).toBeNull();
    expect(behindMs(aSummary({ lag: 1, entryId: null }), now)).toBeNull();
  });
});
