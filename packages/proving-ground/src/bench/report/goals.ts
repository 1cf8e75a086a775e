import {
  ALL_PROCESSES,
  BARE,
  type BenchResult,
  CHANGES,
  DOCUMENT_FLEET,
  FLEET,
  LIMIT,
  ONCE,
  ORDINARY_FLEET,
  type Row,
  TENTH_CHANGED,
  UNCHANGED,
  WITH_FEED,
  WITHOUT_FEED,
} from '../bench-result.js';
import { caseName, idleName, SIZES } from '../bench-sizes.js';
import { figure, medianOf } from './figures.js';
import {
  pairs,
  perMillion,
  perOf,
  type RowsOf,
  rates,
  ratios,
  rowsIn,
  totalShares,
  valuesOf,
} from './rows.js';

const MANY_IDLE = 100_000;
const MILLION = 1_000_000;

/** All goals that have a measurement, ratios to the limit first. */
export function goalsOf({ rows, size }: BenchResult): Goal[] {
  const { throughput, sinkLong, idle } = SIZES[size];
  const [single = '', some = '', many = ''] = throughput.map(caseName);
  const [moved, acknowledged] = [rowsIn(rows, 'throughput'), rowsIn(rows, 'sink')];
  const long = sinkLong ? caseName(sinkLong) : '';
  const manyToSingle = ratios(moved(FLEET, many), moved(FLEET, single), rates);
  const ours = (part: Row['part'], isIt: (load: string) => boolean = () => true) =>
    rows.filter((row) => row.part === part && row.who === FLEET && isIt(row.load));
  return [
    ...toLimit(moved, single, ''),
    ...toLimit(moved, some, ''),
    ...atLeast(0.5, '×', `${many}: entries per second, relative to ${single}`, manyToSingle),
    ...toLimit(acknowledged, single, ', sink that only acknowledges'),
    ...toLimit(acknowledged, some, ', sink that only acknowledges'),
    ...directPath(acknowledged, single),
    ...directPath(acknowledged, some),
    ...atLeast(
      250_000,
      'per second',
      `${long}: entries, sink that only acknowledges`,
      rates(acknowledged(FLEET, long)),
    ),
    ...manyKeys(rows),
    ...latency(ours('latency', (load) => load.includes('/s over '))),
    ...kills(ours('kill')),
    ...change(CHANGES.hash, ours, 50, 15),
    ...change(CHANGES.set, ours, 50, 15),
    ...change(CHANGES.stream, ours, 100, 15),
    ...change(CHANGES.flood, ours, 1_000),
    ...feedCost(rows),
    ...idleStreams(rowsIn(rows, 'idle'), idle.sets),
    ...idleMixed(rowsIn(rows, 'idle-mixed')),
    ...atMost(10, 's', 'all new keys scheduled', valuesOf(ours('discovery'), 'seconds')),
  ];
}

function toLimit(of: RowsOf, load: string, where: string): Goal[] {
  const [ours, limit] = [of(FLEET, load), of(LIMIT, load)];
  const name = (what: string) => `${load}: ${what}, relative to the limit${where}`;
  return [
    ...atLeast(0.85, '×', name('entries per second'), ratios(ours, limit, rates)),
    ...atMost(0.6, '×', name('CPU per entry'), ratios(ours, limit, perMillion)),
  ];
}

/**
 * Goals of the direct path: less CPU than the ordinary path, also in the shape `document`. The goal against a
 * bare loop in Go, 0.6 of the limit's CPU, is in toLimit.
 */
function directPath(of: RowsOf, load: string): Goal[] {
  const ours = of(FLEET, load);
  const toOrdinary = ratios(ours, of(ORDINARY_FLEET, load), perMillion);
  const toDefault = ratios(of(DOCUMENT_FLEET, load), ours, perMillion);
  const cpu = `${load}: CPU per entry`;
  return [
    ...atMost(0.33, '×', `${cpu}, relative to the ordinary path`, toOrdinary),
    ...atMost(1.05, '×', `${cpu} in the shape document, relative to the default one`, toDefault),
  ];
}

/** Goals for many small values: for each load, and for how time grows with the number of keys. */
function manyKeys(rows: readonly Row[]): Goal[] {
  const of = rowsIn(rows, 'many-keys');
  const bare = rows.filter(({ part, who }) => part === 'many-keys' && who === BARE);
  const loads = [...new Set(bare.map(({ load }) => load))];
  return [
    ...loads.flatMap((load) => smallValues(load, of)),
    ...linear(loads.flatMap((load) => of(FLEET, load))),
  ];
}

function smallValues(load: string, of: RowsOf): Goal[] {
  const [fleet, bare, once] = [of(FLEET, load), of(BARE, load), of(ONCE, load)];
  const written = (after: string) => perOf(of(FLEET, load + after), 'writes', 'entries');
  const name = (what: string) => `${load}: ${what}`;
  const cpu = "CPU per key including the queue's Redis, relative to the bare loop";
  const unchanged = perMillion(of(FLEET, load + UNCHANGED));
  return [
    ...atLeast(0.7, '×', name('new keys per second, relative to the bare loop'), ratios(fleet, bare, rates)),
    ...atMost(2.5, '×', name(cpu), ratios(fleet, bare, perMillion)),
    ...atLeast(1, '×', name('keys per second by once, relative to the fleet'), ratios(once, fleet, rates)),
    ...atMost(40, 'µs', name('CPU for a key that a sweep finds unchanged'), unchanged),
    ...atMost(0, '×', name('values written, share of unchanged ones'), written(UNCHANGED)),
    ...atMost(1, '×', name('values written, share of a changed tenth'), written(TENTH_CHANGED)),
  ];
}

/** Goal: ten times the keys take about ten times as long. Compares the longest load with the others. */
function linear(rows: readonly Row[]): Goal[] {
  const most = Math.max(...valuesOf(rows, 'entries'));
  const secondsPerKey = (some: readonly Row[]) => perOf(some, 'seconds', 'entries');
  const short = secondsPerKey(rows.filter(({ figures }) => figures.entries !== most));
  if (short.length === 0) return [];
  const perKey = short.reduce((sum, one) => sum + one, 0) / short.length;
  const long = secondsPerKey(rows.filter(({ figures }) => figures.entries === most));
  const relative = long.map((one) => (10 * one) / perKey);
  return atMost(11, '×', `${figure(most)} mixed keys: time, relative to a tenth of them`, relative);
}

function latency(rows: readonly Row[]): Goal[] {
  return [
    ...atMost(7, 'ms', 'latency p50 at the steady rate', valuesOf(rows, 'p50')),
    ...atMost(13, 'ms', 'latency p99 at the steady rate', valuesOf(rows, 'p99')),
    ...atMost(30, '% of a core', 'CPU of our processes at the steady rate', percent(valuesOf(rows, 'share'))),
  ];
}

/** Goals: no entry is missing, and none is there twice. */
function kills(rows: readonly Row[]): Goal[] {
  const worst = (counts: readonly number[]) => (counts.length === 0 ? [] : [Math.max(...counts)]);
  return [
    ...atMost(0, '', 'entries missing after kill -9, worst run', worst(valuesOf(rows, 'missing'))),
    ...atMost(0, '', 'entries doubled after kill -9, worst run', worst(valuesOf(rows, 'doubled'))),
  ];
}

/** Goals for the latency of a change of one key among many, and of a flood of changes. */
function change(
  what: string,
  ours: (part: Row['part'], isIt: (load: string) => boolean) => readonly Row[],
  p99Ms: number,
  p50Ms?: number,
): Goal[] {
  const rows = ours('changes', (load) => load.includes(what));
  const p50 =
    p50Ms === undefined ? [] : atMost(p50Ms, 'ms', `${what} among many: p50`, valuesOf(rows, 'p50'));
  return [...p50, ...atMost(p99Ms, 'ms', `${what} among many: p99`, valuesOf(rows, 'p99'))];
}

/** Goals for the change feed's cost in Redis per write. */
function feedCost(rows: readonly Row[]): Goal[] {
  const of = rowsIn(rows, 'feed-cost');
  const loads = [...new Set(rows.filter(({ part }) => part === 'feed-cost').map(({ load }) => load))];
  return loads.flatMap((load) => {
    const costs = pairs(of(WITH_FEED, load), of(WITHOUT_FEED, load), perMillion);
    const more = costs.map(([withFeed, without]) => withFeed - without);
    return atMost(0.5, 'µs', `the feed’s cost in Redis, XADD over ${load} keys: per write`, more);
  });
}

/** Goals for the CPU of idle streams. */
function idleStreams(of: RowsOf, sets: number): Goal[] {
  const one = (what: string, beside: number) => {
    const shares = percent(totalShares(of(FLEET, idleName(MANY_IDLE, beside))));
    return atMost(2, '% of a core', `100,000 idle streams${what}: our processes and Redis`, shares);
  };
  return [...one('', 0), ...one(` and ${figure(sets)} sets`, sets)];
}

/** Goals for a million idle keys. Other numbers of keys have no goals. */
function idleMixed(of: RowsOf): Goal[] {
  const load = figure(MILLION);
  const memory = (who: string, reach: number) => {
    const held = valuesOf(of(who, load), 'bytes').map((bytes) => bytes / 1024 ** 2);
    return atMost(reach, 'MB', `1,000,000 idle keys: memory of ${who}`, held);
  };
  const all = percent(valuesOf(of(ALL_PROCESSES, load), 'share'));
  return [
    ...atMost(3, '% of a core', '1,000,000 idle keys: all processes and both Redis', all),
    ...memory('the scheduler', 250),
    ...memory('the worker', 400),
    ...memory('the dashboard', 300),
    ...memory('the queue’s Redis', 250),
  ];
}

function percent(shares: readonly number[]): number[] {
  return shares.map((share) => 100 * share);
}

/** A goal, and the measured value. */
export interface Goal {
  readonly what: string;
  readonly bound: 'at least' | 'at most';
  readonly reach: number;
  readonly measured: number;
  readonly unit: '×' | 'µs' | 'per second' | 'ms' | '% of a core' | 's' | 'MB' | '';
  readonly isMet: boolean;
}

/** A goal that the median is at most `reach`. Empty if nothing was measured. */
function atMost(reach: number, unit: Goal['unit'], what: string, values: readonly number[]): Goal[] {
  return goal('at most', reach, unit, what, values);
}

/** A goal that the median is at least `reach`. Empty if nothing was measured. */
function atLeast(reach: number, unit: Goal['unit'], what: string, values: readonly number[]): Goal[] {
  return goal('at least', reach, unit, what, values);
}

function goal(
  bound: Goal['bound'],
  reach: number,
  unit: Goal['unit'],
  what: string,
  values: readonly number[],
): Goal[] {
  const measured = medianOf(values);
  if (measured === undefined) return [];
  const isMet = bound === 'at least' ? measured >= reach : measured <= reach;
  return [{ what, bound, reach, measured, unit, isMet }];
}
