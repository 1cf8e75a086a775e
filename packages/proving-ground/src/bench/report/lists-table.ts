import type { BenchResult, ListsRun } from '../bench-result.js';
import { figure, megabytes, valuesOf } from './figures.js';
import { atMost, type Goal } from './goal.js';
import { grouped } from './run-groups.js';
import type { Table } from './table.js';

/** Every list of the dashboard, at its slowest page. */
export function listsTable(runs: readonly ListsRun[]): Table {
  const [run] = runs;
  const held = run && `${megabytes([run.bytes.before])} MB before, ${megabytes([run.bytes.after])} MB after`;
  return {
    title: 'Lists of the dashboard',
    about: `${figure(run?.keys ?? 0)} keys, right after a start: the slowest of the first pages of each list, in ms. The last column is a find of 51 documents by _id at the same time. Memory of the dashboard: ${held}.`,
    columns: ['List', '>Pages', '>Slowest', '>Find by _id'],
    rows: grouped(
      runs.flatMap(({ lists }) => lists),
      ({ list }) => list,
    ).map(([list, times]) => {
      const slowest = times.toSorted((a, b) => b.ms - a.ms)[0];
      return [list, figure(times.length), figure(slowest?.ms ?? 0), figure(slowest?.findMs ?? 0, 1)];
    }),
  };
}

/** Each list answers soon, and none of them makes the dashboard larger. */
export function listsGoals({ lists: runs }: BenchResult): Goal[] {
  return runs.flatMap(({ keys, lists, bytes }) => {
    const name = (what: string) => `lists of the dashboard, ${figure(keys)} keys: ${what}`;
    const slowest = Math.max(...valuesOf(lists, 'ms'));
    return [
      ...atMost(300, 'ms', name('the slowest page'), [slowest]),
      ...atMost(50, 'MB', name('memory added by a second pass'), [(bytes.after - bytes.before) / 1e6]),
    ];
  });
}
