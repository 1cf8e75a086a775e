import { medianOf } from './figures.js';

/** A goal, and the measured value. */
export interface Goal {
  readonly what: string;
  readonly bound: 'at least' | 'at most';
  readonly reach: number;
  readonly measured: number;
  readonly unit: '×' | 'µs' | 'per second' | 'ms' | '% of a core' | 's' | 'MB' | '';
  readonly isMet: boolean;
}

/** A goal that the median is at most `reach`. Empty if nothing was measured. */
export function atMost(reach: number, unit: Goal['unit'], what: string, values: readonly number[]): Goal[] {
  return goal('at most', reach, unit, what, values);
}

/** A goal that the median is at least `reach`. Empty if nothing was measured. */
export function atLeast(reach: number, unit: Goal['unit'], what: string, values: readonly number[]): Goal[] {
  return goal('at least', reach, unit, what, values);
}

function goal(
  bound: Goal['bound'],
  reach: number,
  unit: Goal['unit'],
  what: string,
  values: readonly number[],
): Goal[] {
  const measured = medianOf(values);
  if (measured === undefined) return [];
  const isMet = bound === 'at least' ? measured >= reach : measured <= reach;
  return [{ what, bound, reach, measured, unit, isMet }];
}
