import { describe, expect, test } from 'vitest';
import { chooseKeys } from '../src/keys/choose-keys.js';
import { keyQueryPath, parseKeyQuery } from '../src/keys/key-query.js';
import { behindMs, keyStatus } from '../src/keys/key-status.js';
import { aSummary } from './a-report.js';

const ERROR = { code: 'MONGO_TIMEOUT', errorClass: 'transient', at: 5 };
const KEYS = [
  aSummary({ key: 'b', lag: 3, error: ERROR }),
  aSummary({ key: 'a:info:tags', keyType: 'set', stream: 'a', entryId: null }),
  aSummary({ key: 'A.*', lag: 3, gap: 1 }),
  aSummary({ key: 'c', paused: true, lag: 9 }),
  aSummary({ key: 'd', error: { ...ERROR, code: 'KEY_QUARANTINED', at: 6 } }),
  aSummary({ key: 'e', status: 'deleted', dead: 2 }),
];
const query = (text: string) => parseKeyQuery(new URLSearchParams(text));
const chosen = (text: string) => chooseKeys(KEYS, query(text)).map(({ key }) => key);

test.each([
  ['', ['A.*', 'a:info:tags', 'b', 'c', 'd', 'e']],
  ['sort=-key', ['e', 'd', 'c', 'b', 'a:info:tags', 'A.*']],
  ['q=A', ['A.*', 'a:info:tags']],
  ['q=.*', ['A.*']],
  ['type=set', ['a:info:tags']],
  ['status=active', ['A.*', 'a:info:tags', 'b', 'c', 'd']],
  ['status=behind&sort=-lag', ['c', 'A.*', 'b']],
  ['status=failing&sort=-error', ['d', 'b']],
  ['status=quarantined', ['d']],
  ['status=paused', ['c']],
  ['status=deleted', ['e']],
  ['status=gaps', ['A.*']],
  ['status=dead+letters', ['e']],
  ['status=nonsense&sort=nonsense&page=-1', ['A.*', 'a:info:tags', 'b', 'c', 'd', 'e']],
])('the query "%s" chooses, and keys that are equal stand by their names', (text, expected) => {
  expect(chosen(text)).toEqual(expected);
});

test('an address leads back to the query it was made of, and a change of the filter to the first page', () => {
  const asked = query('q=a b&type=set&status=gaps&sort=-lag&page=7');
  expect(query(keyQueryPath(asked, { page: 7 }).replace('keys?', ''))).toEqual(asked);
  expect(keyQueryPath(asked, { search: 'x' })).toBe('keys?q=x&type=set&status=gaps&sort=-lag');
  expect(keyQueryPath(query(''))).toBe('keys');
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
  });

  test('tells how far it is behind in time where that can be known', () => {
    const now = 1_767_323_050_000;
    expect(behindMs(aSummary({ lag: 0 }), now)).toBe(0);
    expect(behindMs(aSummary({ lag: 1 }), now)).toBe(5_000);
    expect(behindMs(aSummary({ lag: 1, entryId: '7-1' }), now)).toBeNull();
    expect(behindMs(aSummary({ lag: 1, entryId: '18446744073709551615-0' }), now)).toBeNull();
    expect(behindMs(aSummary({ lag: 1, entryId: null }), now)).toBeNull();
  });
});
