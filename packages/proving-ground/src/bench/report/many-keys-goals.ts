import { BARE, type BenchResult, FLEET, ONCE, type Run } from '../bench-result.js';
import { TENTH_CHANGED, UNCHANGED } from '../parts/many-keys.js';
import { known } from './figures.js';
import { type Goal, goal } from './goal.js';
import { perMillion, rates, ratios, runGroups } from './run-groups.js';

/** What is to be reached with many small values, each load by itself. */
export function manyKeysGoals({ runs }: BenchResult): Goal[] {
  const groups = runGroups(runs, 'many-keys');
  const of = (load: string, who: string) =>
    groups.find((group) => group.load === load && group.who === who)?.runs ?? [];
  const cpu = (some: readonly Run[]) => perMillion(some, (run) => run.cpu);
  const loads = groups.filter(({ who }) => who === BARE).map(({ load }) => load);
  return loads.flatMap((load) => [
    ...goal(
      `${load}: new keys a second, of the bare loop's`,
      'at least',
      0.7,
      ratios(of(load, FLEET), of(load, BARE), rates),
      '×',
    ),
    ...goal(
      `${load}: CPU a key with the queue's Redis, of the bare loop's`,
      'at most',
      2.5,
      ratios(of(load, FLEET), of(load, BARE), cpu),
      '×',
    ),
    ...goal(
      `${load}: keys a second by once, of the fleet's`,
      'at least',
      1,
      ratios(of(load, ONCE), of(load, FLEET), rates),
      '×',
    ),
    ...goal(
      `${load}: CPU for a key that a sweep finds unchanged`,
      'at most',
      40,
      cpu(of(load + UNCHANGED, FLEET)),
      'µs',
    ),
    ...goal(
      `${load}: values written where nothing changed`,
      'at most',
      0,
      writes(of(load + UNCHANGED, FLEET)),
      '',
    ),
    ...goal(
      `${load}: values written where a tenth changed, of those changed`,
      'at most',
      1,
      of(load + TENTH_CHANGED, FLEET).flatMap((run) =>
        run.writes === undefined ? [] : [run.writes / run.entries],
      ),
      '×',
    ),
  ]);
}

function writes(runs: readonly Run[]): number[] {
  return known(runs.map((run) => run.writes));
}
