import { BARE, type BenchResult, FLEET, ONCE, type Run } from '../bench-result.js';
import { TENTH_CHANGED, UNCHANGED } from '../parts/many-keys.js';
import { known, valuesOf } from './figures.js';
import { type Goal, goal } from './goal.js';
import { perMillion, rates, ratios, runGroups } from './run-groups.js';

/** What is to be reached with many small values, each load by itself; then, how the longest one grows. */
export function manyKeysGoals({ runs }: BenchResult): Goal[] {
  const groups = runGroups(runs, 'many-keys');
  const loads = groups.filter(({ who }) => who === BARE).map(({ load }) => load);
  const of = (load: string, who: string) =>
    groups.find((group) => group.load === load && group.who === who)?.runs ?? [];
  return [...loads.flatMap((load) => ofLoad(load, of)), ...linear(loads.flatMap((load) => of(load, FLEET)))];
}

function ofLoad(load: string, of: (load: string, who: string) => readonly Run[]): Goal[] {
  const [fleet, bare] = [of(load, FLEET), of(load, BARE)];
  const written = (after: string) =>
    known(of(load + after, FLEET).map(({ writes, entries }) => writes && writes / entries));
  const name = (what: string) => `${load}: ${what}`;
  return [
    ...goal(
      name('new keys per second, relative to the bare loop'),
      'at least',
      0.7,
      ratios(fleet, bare, rates),
      '×',
    ),
    ...goal(
      name("CPU per key including the queue's Redis, relative to the bare loop"),
      'at most',
      2.5,
      ratios(fleet, bare, perMillion),
      '×',
    ),
    ...goal(
      name('keys per second by once, relative to the fleet'),
      'at least',
      1,
      ratios(of(load, ONCE), fleet, rates),
      '×',
    ),
    ...goal(
      name('CPU for a key that a sweep finds unchanged'),
      'at most',
      40,
      perMillion(of(load + UNCHANGED, FLEET)),
      'µs',
    ),
    ...goal(name('values written, share of unchanged ones'), 'at most', 0, written(UNCHANGED), '×'),
    ...goal(name('values written, share of a changed tenth'), 'at most', 1, written(TENTH_CHANGED), '×'),
  ];
}

/** Ten times the keys take ten times as long: the longest load beside the others, which have one type each. */
function linear(runs: readonly Run[]): Goal[] {
  const most = Math.max(...valuesOf(runs, 'entries'));
  const short = runs.filter(({ entries }) => entries < most);
  if (short.length === 0) return [];
  const perKey = short.reduce((sum, { seconds, entries }) => sum + seconds / entries, 0) / short.length;
  return goal(
    `${most.toLocaleString('en-US')} mixed keys: time, relative to a tenth of them`,
    'at most',
    11,
    runs.filter(({ entries }) => entries === most).map(({ seconds }) => (10 * seconds) / most / perKey),
    '×',
  );
}
