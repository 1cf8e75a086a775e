import { expect, test } from 'vitest';
import { unreadOf } from '../src/read-facts.js';

const counters = (added: number, gone = 0) => ({ added, gone });

test.each([
  ['all read', { entryId: '5-0', consumed: 5 }, '5-0', counters(5), 0],
  ['some behind', { entryId: '5-0', consumed: 5 }, '9-0', counters(9), 4],
  ['more were trimmed than are left', { entryId: '5-0', consumed: 5 }, '900-0', counters(900, 890), 10],
  ['nothing was ever read', { entryId: null, consumed: 0 }, '3-0', counters(3), 3],
  ['it has gone', { entryId: '5-0', consumed: 5 }, undefined, undefined, 0],
  ['a server that does not count', { entryId: '5-0', consumed: 5 }, '9-0', undefined, 1],
  ['made anew with lower ids, and more of them', { entryId: '5-0', consumed: 5 }, '4-0', counters(7), 2],
] as const)('unread of a paused stream: %s', (_name, stream, last, counted, unread) => {
  expect(unreadOf(stream, last, counted)).toBe(unread);
});
