import type { TrimSample } from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { TrimWatch } from '../src/trim-watch.js';

const sample = (at: number, added: number, gone: number): TrimSample => ({ at, added, gone, consumed: 500 });

test('a stream that is trimmed and not read has a forecast from its second sample on; the most urgent comes first', () => {
  const watch = new TrimWatch();
  const slow = (at: number) => sample(at, 1000 + at / 100, at / 100);
  const fast = (at: number) => sample(at, 1000 + at / 10, at / 10);
  const both = (at: number) =>
    new Map([
      ['slow', slow(at)],
      ['fast', fast(at)],
    ]);
  expect(watch.note(both(1000))).toEqual([]);
  expect(watch.note(both(2000))).toEqual([
    { key: 'fast', at: new Date(5000) },
    { key: 'slow', at: new Date(50_000) },
  ]);
  // The forecast stands as long as all goes on as it did.
  expect(watch.note(both(3000)).map(({ at }) => at.getTime())).toEqual([5000, 50_000]);
});

test('a clock that is set back costs one forecast', () => {
  const watch = new TrimWatch();
  const at = (time: number, n: number) =>
    watch.note(new Map([['orders', sample(time, 1000 + 100 * n, 100 * n)]]));
  at(86_400_000, 1);
  expect(at(1000, 2)).toEqual([]);
  expect(at(2000, 3)).toHaveLength(1);
});

test('a stream that is behind no more is forgotten, and one made anew begins anew', () => {
  const watch = new TrimWatch();
  watch.note(new Map([['orders', sample(1000, 1000, 100)]]));
  expect(watch.note(new Map())).toEqual([]);
  expect(watch.note(new Map([['orders', sample(3000, 1000, 200)]]))).toEqual([]);
  expect(watch.note(new Map([['orders', { ...sample(4000, 20, 10), consumed: 0 }]]))).toEqual([]);
});
