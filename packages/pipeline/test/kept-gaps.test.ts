import { expect, it } from 'vitest';
import { type Gap, keptGaps } from '../src/kept-gaps.js';
import { HISTORY_KEPT } from '../src/key-state.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

function gapAt(ms: number, more: Partial<Gap> = {}): Gap {
  return {
    ...{ incarnation: 1, after: `${ms}-0`, upTo: `${ms + 900}-0`, entries: 3, cause: 'trimmed', exact: true },
    ...{ at: new Date(ms), ...more },
  };
}

/** As a stream's document gets them, one after the other. */
function kept(gaps: readonly Gap[], limit = HISTORY_KEPT): readonly Gap[] {
  let all: readonly Gap[] = [];
  for (const gap of gaps) all = keptGaps(all.concat(gap), limit);
  return all;
}
const sumSince = (gaps: readonly Gap[], ms: number) =>
  gaps.filter(({ at }) => at.getTime() >= ms).reduce((sum, { entries }) => sum + entries, 0);

it.each([1, 7, 60])('of a gap every %i s, the entries lost in the last hour can be added up', (everySec) => {
  const end = 5 * HOUR;
  const all = Array.from({ length: Math.floor(end / SECOND / everySec) }, (_, i) =>
    gapAt(i * everySec * SECOND),
  );
  const few = kept(all);
  expect(few.length).toBeLessThanOrEqual(HISTORY_KEPT);
  const off = Math.abs(sumSince(few, end - HOUR) - sumSince(all, end - HOUR));
  expect(off).toBeLessThanOrEqual((3 * 120) / everySec);
  expect(few.at(-1)?.upTo).toBe(all.at(-1)?.upTo);
});

it('gaps become one only within an incarnation; those far apart are dropped, the oldest first', () => {
  const gaps = [
    gapAt(0),
    gapAt(SECOND, { incarnation: 2, cause: 'deleted' }),
    gapAt(2 * SECOND, { incarnation: 2, exact: false }),
    gapAt(HOUR, { incarnation: 2 }),
  ];
  const two = gapAt(SECOND, {
    ...{
      incarnation: 2,
      upTo: `${2 * SECOND + 900}-0`,
      entries: 6,
      cause: 'trimmed or deleted',
      exact: false,
    },
  });
  expect(kept(gaps, 3)).toEqual([gaps[0], two, gaps[3]]);
  expect(kept(gaps, 2)).toEqual([two, gaps[3]]);
});
