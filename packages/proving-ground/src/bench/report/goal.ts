import { medianOf } from './figures.js';

/** Something to reach, and what was measured. */
export interface Goal {
  readonly what: string;
  readonly bound: 'at least' | 'at most';
  readonly reach: number;
  readonly measured: number;
  readonly unit: '×' | 'µs' | 'per second' | 'ms' | '% of a core' | 's' | 'MB' | '';
  readonly isMet: boolean;
}

/** A goal whose measured median may not be above the bound; none, where nothing was measured. */
export function atMost(reach: number, unit: Goal['unit'], what: string, values: readonly number[]): Goal[] {
  return goal('at most', reach, unit, what, values);
}

/** A goal whose measured median may not be below the bound; none, where nothing was measured. */
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
