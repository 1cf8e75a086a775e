import type { Part } from '../bench-options.js';
import type { Run } from '../bench-result.js';
import { known } from './figures.js';

/** The repetitions of one thing. */
export interface RunGroup {
  readonly load: string;
  readonly who: string;
  readonly runs: readonly Run[];
}

/** A part's runs by load and contestant, in the order in which they first came. */
export function runGroups(runs: readonly Run[], part: Part): RunGroup[] {
  const groups = new Map<string, { load: string; who: string; runs: Run[] }>();
  for (const run of runs) {
    if (run.part !== part) continue;
    const { load, who } = run;
    const name = `${load}\n${who}`;
    const group = groups.get(name) ?? { load, who, runs: [] };
    group.runs.push(run);
    groups.set(name, group);
  }
  return [...groups.values()];
}

export function rates(runs: readonly Run[]): number[] {
  return runs.map(({ entries, seconds }) => entries / seconds);
}

/** CPU seconds for a million entries; nothing where it is not known. @param whose ours by default. */
export function perMillion(runs: readonly Run[], whose: 'cpu' | 'redisCpu' | 'mongoCpu' = 'cpu'): number[] {
  return known(runs.map(({ [whose]: cpu, entries }) => cpu && (1e6 * cpu) / entries));
}

/** One figure of a group by the same figure of another, each repetition by its neighbor in time. */
export function ratios(
  runs: readonly Run[],
  others: readonly Run[],
  figures: (runs: readonly Run[]) => number[],
): number[] {
  return runs.flatMap((run) => {
    const other = others.find(({ repetition }) => repetition === run.repetition);
    const [mine] = figures([run]);
    const [theirs] = other ? figures([other]) : [];
    return mine === undefined || theirs === undefined || theirs === 0 ? [] : [mine / theirs];
  });
}
