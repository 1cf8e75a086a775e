import { expect, test } from 'vitest';
import { spread } from '../src/messages/other-entries.js';

test.each([0, 1, 2, 99, 100, 101, 5_000])(
  'of %i messages that were met, at most a hundred are compared, the first and the last among them',
  (met) => {
    const indexes = Array.from({ length: met }, (_, n) => 7 * n);
    const some = spread(indexes);
    expect(some).toHaveLength(Math.min(met, 100));
    expect(new Set(some).size).toBe(some.length);
    expect([some[0], some.at(-1)]).toEqual([indexes[0], indexes.at(-1)]);
  },
);
