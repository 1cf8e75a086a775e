import type { Figures, Row } from '../bench-result.js';
import { known } from './figures.js';

/** Finds the repetitions of one measurement. */
export type RowsOf = (who: string, load: string) => readonly Row[];

/** The rows of one part, by who and load. */
export function rowsIn(rows: readonly Row[], part: Row['part']): RowsOf {
  return (who, load) => rows.filter((row) => row.part === part && row.who === who && row.load === load);
}

/** Items by a name, in the order in which the names come first. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return [...groups];
}

/** A figure of each row in which it was measured. */
export function valuesOf(rows: readonly Row[], name: keyof Figures): number[] {
  return known(rows.map(({ figures }) => figures[name]));
}

/** That figure of all rows together; undefined where it was not measured. */
export function sumOf(rows: readonly Row[], name: keyof Figures): number | undefined {
  const values = valuesOf(rows, name);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

/** One figure by another, row by row: `times` in case of both. */
export function perOf(rows: readonly Row[], name: keyof Figures, by: keyof Figures, times = 1): number[] {
  return known(
    rows.map(({ figures: { [name]: value, [by]: other } }) =>
      value === undefined || other === undefined ? undefined : (times * value) / other,
    ),
  );
}

export function rates(rows: readonly Row[]): number[] {
  return perOf(rows, 'entries', 'seconds');
}

/** CPU seconds for a million entries. @param whose ours by default. */
export function perMillion(rows: readonly Row[], whose: 'cpu' | 'redisCpu' | 'mongoCpu' = 'cpu'): number[] {
  return perOf(rows, whose, 'entries', 1e6);
}

/** What all processes under test and Redis use of one core. */
export function totalShares(rows: readonly Row[]): number[] {
  return known(
    rows.map(({ figures: { share, redisShare } }) =>
      share === undefined ? undefined : share + (redisShare ?? 0),
    ),
  );
}

/** One figure of some rows by the same figure of others; see pairs. */
export function ratios(
  rows: readonly Row[],
  others: readonly Row[],
  figures: (rows: readonly Row[]) => number[],
): number[] {
  return pairs(rows, others, figures).flatMap(([mine, theirs]) => (theirs === 0 ? [] : [mine / theirs]));
}

/** One figure of some rows and the same figure of others, each repetition with its neighbor in time. */
export function pairs(
  rows: readonly Row[],
  others: readonly Row[],
  figures: (rows: readonly Row[]) => number[],
): [mine: number, theirs: number][] {
  return rows.flatMap((row) => {
    const [mine] = figures([row]);
    const [theirs] = figures(others.filter(({ repetition }) => repetition === row.repetition));
    return mine === undefined || theirs === undefined ? [] : [[mine, theirs]];
  });
}
