import type { Figures, Row } from '../bench-result.js';
import { known } from './figures.js';

/** Finds the repetitions of one measurement. */
export type RowsOf = (who: string, load: string) => readonly Row[];

/** The rows of one part, by who and load. */
export function rowsIn(rows: readonly Row[], part: Row['part']): RowsOf {
  return (who, load) => rows.filter((row) => row.part === part && row.who === who && row.load === load);
}

/** One figure of all rows that have it. */
export function valuesOf(rows: readonly Row[], name: keyof Figures): number[] {
  return known(rows.map(({ figures }) => figures[name]));
}

/** The sum of one figure over all rows; `undefined` if no row has it. */
export function sumOf(rows: readonly Row[], name: keyof Figures): number | undefined {
  const values = valuesOf(rows, name);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

/** One figure divided by another, times `times`, for each row that has both. */
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

/** CPU seconds per million entries. @param whose the system under test by default. */
export function perMillion(rows: readonly Row[], whose: 'cpu' | 'redisCpu' | 'mongoCpu' = 'cpu'): number[] {
  return perOf(rows, whose, 'entries', 1e6);
}

/** CPU of all processes under test and Redis, as a share of one core. */
export function totalShares(rows: readonly Row[]): number[] {
  return known(
    rows.map(({ figures: { share, redisShare } }) =>
      share === undefined ? undefined : share + (redisShare ?? 0),
    ),
  );
}

/** A figure of some rows divided by the same figure of other rows; see pairs. */
export function ratios(
  rows: readonly Row[],
  others: readonly Row[],
  figures: (rows: readonly Row[]) => number[],
): number[] {
  return pairs(rows, others, figures).flatMap(([mine, theirs]) => (theirs === 0 ? [] : [mine / theirs]));
}

/**
 * Pairs a figure of some rows with the same figure of other rows. Rows of one repetition ran close in time.
 */
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
