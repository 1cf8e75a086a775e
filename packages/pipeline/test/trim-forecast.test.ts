import { expect, test } from 'vitest';
import { trimForecastMs } from '../src/index.js';

const at = (ms: number, added: number, gone: number, consumed: number) => ({ at: ms, added, gone, consumed });

test.each([
  [
    'nobody reads, and it is trimmed as fast as it grows',
    at(0, 1000, 0, 500),
    at(10_000, 1100, 100, 500),
    40_000,
  ],
  ['it is read, but more slowly than it is trimmed', at(0, 1000, 0, 500), at(10_000, 1200, 200, 600), 40_000],
  ['it is read as fast as it is trimmed', at(0, 1000, 0, 500), at(10_000, 1100, 100, 600), undefined],
  ['it is not trimmed', at(0, 1000, 0, 500), at(10_000, 1100, 0, 500), undefined],
  ['all is read', at(0, 1000, 0, 900), at(10_000, 1000, 100, 1000), undefined],
  ['unread entries have gone already', at(0, 1000, 450, 500), at(10_000, 1100, 550, 500), 0],
  ['no time has passed', at(5, 1000, 0, 500), at(5, 1000, 0, 500), undefined],
])('%s', (_case, from, to, expected) => {
  expect(trimForecastMs(from, to)).toBe(expected);
});
