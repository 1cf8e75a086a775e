import { expect, test } from 'vitest';
import { groupBy } from '../src/group-by.js';

test('groups and their items stay in the order in which they come first', () => {
  const groups = groupBy(['fig', 'apple', 'pear', 'date', 'plum'], ({ length }) => length);
  expect([...groups]).toEqual([
    [3, ['fig']],
    [5, ['apple']],
    [4, ['pear', 'date', 'plum']],
  ]);
});

test('nothing has no groups', () => {
  expect(groupBy([], String).size).toBe(0);
});
