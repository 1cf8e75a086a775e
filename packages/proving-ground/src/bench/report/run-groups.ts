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
  const ofPart = runs.filter((run) => run.part === part);
  return grouped(ofPart, ({ load, who }) => `${load}\n${who}`).map(([, group]) => {
    const { load = '', who = '' } = group[0] ?? {};
    return { load, who, runs: group };
  });
}

/** Items by a name, in the order in which the names come first. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return [...groups];
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
