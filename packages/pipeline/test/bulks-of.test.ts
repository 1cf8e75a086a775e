import { expect, it } from 'vitest';
import { bulksOf } from '../src/bulks-of.js';

const bulks = (sizes: readonly number[], size: number, count: number) => [
  ...bulksOf(sizes, { sizeOf: (item) => item, size, count }),
];

it('bulks hold as much as a command takes, in order; one that is larger goes alone', () => {
  expect(bulks([], 10, 3)).toEqual([]);
  expect(bulks([4, 6, 1, 9, 1], 10, 3)).toEqual([[4, 6], [1, 9], [1]]);
  expect(bulks([1, 1, 1, 1], 10, 3)).toEqual([[1, 1, 1], [1]]);
  expect(bulks([1, 50, 1], 10, 3)).toEqual([[1], [50], [1]]);
});
