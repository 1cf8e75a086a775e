import { expect, test } from 'vitest';
import { unreadOf } from '../src/read-facts.js';

const stream = (length: number, lastId?: string, added?: number) => ({ length, lastId, added });

test.each([
  ['all read', { entryId: '5-0', consumed: 5 }, stream(5, '5-0', 5), 0],
  ['some behind', { entryId: '5-0', consumed: 5 }, stream(9, '9-0', 9), 4],
  ['more were trimmed than are left', { entryId: '5-0', consumed: 5 }, stream(10, '900-0', 900), 10],
  ['nothing was ever read', { entryId: null, consumed: 0 }, stream(3, '3-0', 3), 3],
  ['it was emptied', { entryId: '5-0', consumed: 5 }, stream(0, undefined, 5), 0],
  ['a server that does not count', { entryId: '5-0', consumed: 5 }, stream(9, '9-0'), 1],
  ['all read, on a server that does not count', { entryId: '5-0', consumed: 5 }, stream(5, '5-0'), 0],
  ['made anew with lower ids, and more of them', { entryId: '5-0', consumed: 5 }, stream(7, '4-0', 7), 2],
  ['made anew with lower ids, and fewer of them', { entryId: '5-0', consumed: 5 }, stream(3, '4-0', 3), 3],
] as const)('unread of a paused stream: %s', (_name, paused, now, unread) => {
  expect(unreadOf(paused, now)).toBe(unread);
});
