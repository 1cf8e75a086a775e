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

/** A goal, where something was measured. */
export function goal(
  what: string,
  bound: Goal['bound'],
  reach: number,
  values: readonly number[],
  unit: Goal['unit'],
): Goal[] {
  const measured = medianOf(values);
  if (measured === undefined) return [];
  return [
    {
      what,
      bound,
      reach,
      measured,
      unit,
      isMet: bound === 'at least' ? measured >= reach : measured <= reach,
    },
  ];
}
