import { BARE, type BenchResult, FLEET, ONCE, type Run } from '../bench-result.js';
import { TENTH_CHANGED, UNCHANGED } from '../parts/many-keys.js';
import { figure, known, valuesOf } from './figures.js';
import { atLeast, atMost, type Goal } from './goal.js';
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
  const [fleet, bare, once] = [of(load, FLEET), of(load, BARE), of(load, ONCE)];
  const written = (after: string) =>
    known(of(load + after, FLEET).map(({ writes, entries }) => writes && writes / entries));
  const name = (what: string) => `${load}: ${what}`;
  const cpu = "CPU per key including the queue's Redis, relative to the bare loop";
  const unchanged = perMillion(of(load + UNCHANGED, FLEET));
  return [
    ...atLeast(0.7, '×', name('new keys per second, relative to the bare loop'), ratios(fleet, bare, rates)),
    ...atMost(2.5, '×', name(cpu), ratios(fleet, bare, perMillion)),
    ...atLeast(1, '×', name('keys per second by once, relative to the fleet'), ratios(once, fleet, rates)),
    ...atMost(40, 'µs', name('CPU for a key that a sweep finds unchanged'), unchanged),
    ...atMost(0, '×', name('values written, share of unchanged ones'), written(UNCHANGED)),
    ...atMost(1, '×', name('values written, share of a changed tenth'), written(TENTH_CHANGED)),
  ];
}

/** Ten times the keys take ten times as long: the longest load beside the others, which have one type each. */
function linear(runs: readonly Run[]): Goal[] {
  const most = Math.max(...valuesOf(runs, 'entries'));
  const short = runs.filter(({ entries }) => entries < most);
  if (short.length === 0) return [];
  const perKey = short.reduce((sum, { seconds, entries }) => sum + seconds / entries, 0) / short.length;
  const relative = runs
    .filter(({ entries }) => entries === most)
    .map(({ seconds }) => (10 * seconds) / most / perKey);
  return atMost(11, '×', `${figure(most)} mixed keys: time, relative to a tenth of them`, relative);
}
