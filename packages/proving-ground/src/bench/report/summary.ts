import { type BenchResult, CONNECT, FLEET, LIMIT, OLD_ENGINE, QUICK_CONNECT } from '../bench-result.js';
import { caseName, SIZES } from '../bench-sizes.js';
import { figure, NONE, spreadText } from './figures.js';
import { perMillion, rates, rowsIn, sumOf, valuesOf } from './rows.js';
import type { Table } from './table.js';

/** The results of one contestant, each repetition by itself. */
export interface Standing {
  readonly who: string;
  readonly perSec: readonly number[];
  readonly cpuPerMillion: readonly number[];
  readonly p50: readonly number[];
  readonly p99: readonly number[];
  /** Sums over all repetitions; `undefined` if the part `kill` did not run. */
  readonly missing: number | undefined;
  readonly doubled: number | undefined;
}

/** The fleet first, then the rival, then the programs that were written for the comparison. */
const ORDER = [FLEET, CONNECT, QUICK_CONNECT, LIMIT, OLD_ENGINE];

/** The results of all contestants that were measured. */
export function standings(result: BenchResult): Standing[] {
  const { rows } = result;
  const [moved, load] = [rowsIn(rows, 'throughput'), summaryLoad(result)];
  const steady = rows.find(({ part }) => part === 'latency')?.load ?? '';
  const kills = rows.filter(({ part }) => part === 'kill');
  return ORDER.map((who) => {
    const runs = moved(who, load);
    const latency = rowsIn(rows, 'latency')(who, steady);
    const left = kills.filter((row) => row.who === who);
    return {
      who,
      perSec: rates(runs),
      cpuPerMillion: perMillion(runs),
      p50: valuesOf(latency, 'p50'),
      p99: valuesOf(latency, 'p99'),
      missing: sumOf(left, 'missing'),
      doubled: sumOf(left, 'doubled'),
    };
  }).filter(({ perSec, p50, missing }) => perSec.length + p50.length > 0 || missing !== undefined);
}

/** The load of the summary: several streams, if the sizes have them. */
export function summaryLoad({ size }: BenchResult): string {
  const [single, several] = SIZES[size].throughput;
  const load = several ?? single;
  return load ? caseName(load) : '';
}

/** The table that compares all contestants. */
export function summaryTable(result: BenchResult): Table {
  const { perSec, streams } = SIZES[result.size].latency;
  const ours = result.rows.filter(({ part, who }) => part === 'kill' && who === FLEET);
  const kills = sumOf(ours, 'kills') ?? 0;
  return {
    title: 'Summary',
    about: `A backlog of ${summaryLoad(result)} entries. Latency from XADD to readable in MongoDB, at ${perSec} entries/s over ${streams} streams. Missing and doubled entries after kill -9 of every process (${kills} times) under load.`,
    columns: ['Who', '>Entries/s', '>CPU s per million', '>p50 ms', '>p99 ms', '>Missing', '>Doubled'],
    rows: standings(result).map((one) => [
      one.who,
      spreadText(one.perSec),
      spreadText(one.cpuPerMillion, 1),
      spreadText(one.p50, 1),
      spreadText(one.p99, 1),
      one.missing === undefined ? NONE : figure(one.missing),
      one.doubled === undefined ? NONE : figure(one.doubled),
    ]),
  };
}
