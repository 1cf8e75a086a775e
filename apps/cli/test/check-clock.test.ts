import { expect, test } from 'vitest';
import { checkClock, Findings } from '../src/doctor/finding.js';

test('clocks that differ by more than two seconds are reported, with the direction', () => {
  const findings = new Findings('MongoDB');
  for (const ms of [0, 1_999, -2_000, 61_000, -7_000]) checkClock(findings, ms);
  expect(findings.all.map(({ what }) => what)).toEqual([
    'its clock is 61 s ahead of this machine’s',
    'its clock is 7 s behind this machine’s',
  ]);
});
