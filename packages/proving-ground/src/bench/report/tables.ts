import { groupBy } from '@redis-to-mongo/pipeline';
import { BARE, type BenchResult, LIMIT, type Row, WITHOUT_FEED } from '../bench-result.js';
import { figure, megabytes, NONE, percentOfCore, spreadText } from './figures.js';
import { goalsOf } from './goals.js';
import { perMillion, rates, ratios, rowsIn, sumOf, totalShares, valuesOf } from './rows.js';
import { summaryTable } from './summary.js';
import type { Table } from './table.js';

/** A column of a part's table. */
interface Shown {
  /** The heading, without the `>` that aligns numbers to the right. */
  readonly head: string;
  /**
   * @param group the repetitions of one measurement.
   * @param of finds the repetitions of another contestant on the same load.
   */
  readonly text: (group: readonly Row[], of: (who: string) => readonly Row[]) => string;
}

/** The table of a part. */
interface PartTable {
  readonly part: Row['part'];
  readonly title: string;
  readonly about: string;
  /** The heading of the column of loads. */
  readonly load: string;
  readonly columns: readonly Shown[];
}

const RATE: Shown = { head: 'Per second', text: (group) => spreadText(rates(group)) };
const CPU: Shown = { head: 'CPU s per million', text: (group) => spreadText(perMillion(group), 1) };
const SERVERS: readonly Shown[] = [
  { head: 'Redis', text: (group) => spreadText(perMillion(group, 'redisCpu'), 1) },
  { head: 'MongoDB', text: (group) => spreadText(perMillion(group, 'mongoCpu'), 1) },
  { head: 'Peak MB', text: (group) => megabytes(valuesOf(group, 'peakBytes')) },
];

/** Columns of the figures of a contestant, and of their ratios to those of `who`. */
function compared(who: string, head: string, each: string): readonly Shown[] {
  const ratio = (figures: (rows: readonly Row[]) => number[]): Shown => ({
    head,
    text: (group, of) => spreadText(group[0]?.who === who ? [] : ratios(group, of(who), figures), 2),
  });
  return [{ ...RATE, head: each }, ratio(rates), CPU, ratio(perMillion), ...SERVERS];
}

const TO_LIMIT = compared(LIMIT, 'Rel. to limit', 'Entries/s');
const MOVED = [RATE, seconds('Seconds', 2), CPU, ...SERVERS];
const WAITS: readonly Shown[] = [
  { head: 'Per second', text: (group) => spreadText(valuesOf(group, 'perSec')) },
  total('Samples', 'samples'),
  ...(['p50', 'p90', 'p99'] as const).map((name) => ({
    head: name,
    text: (group: readonly Row[]) => spreadText(valuesOf(group, name), 1),
  })),
  share('% of a core', 'share'),
];

function seconds(head: string, digits: number): Shown {
  return { head, text: (group) => spreadText(valuesOf(group, 'seconds'), digits) };
}

function total(head: string, name: 'samples' | 'kills' | 'written' | 'missing' | 'doubled'): Shown {
  return { head, text: (group) => figure(sumOf(group, name) ?? 0) };
}

function share(head: string, name: 'share' | 'schedulerShare' | 'workerShare' | 'redisShare'): Shown {
  return { head, text: (group) => percentOfCore(valuesOf(group, name)) };
}

const TABLES: readonly PartTable[] = [
  {
    part: 'throughput',
    title: 'Throughput',
    about: 'From streams in Redis until all entries are in MongoDB and the positions are saved.',
    load: 'Streams × entries',
    columns: TO_LIMIT,
  },
  {
    part: 'sink',
    title: 'Our own side',
    about:
      'The same loads into a sink that only acknowledges, so MongoDB costs nothing. The MongoDB column is the CPU of that sink.',
    load: 'Streams × entries',
    columns: TO_LIMIT,
  },
  { part: 'sets', title: 'Sets', about: 'Members per second.', load: 'What', columns: MOVED },
  {
    part: 'types',
    title: 'Other types',
    about: 'Members, fields, items or strings per second.',
    load: 'What',
    columns: MOVED,
  },
  {
    part: 'many-keys',
    title: 'Many keys',
    about:
      'Keys with small values, about 200 bytes each: new keys; then a sweep of the fleet finds all of them unchanged; then a tenth of them changed. The CPU of the fleet includes its queue’s Redis, and the job schedulers of sets, which are made after the keys were synced. The bare loop also writes two documents per key, without an index.',
    load: 'Keys',
    columns: compared(BARE, 'Rel. to bare loop', 'Keys/s'),
  },
  {
    part: 'latency',
    title: 'Latency',
    about:
      'From XADD to readable in MongoDB, in ms. MongoDB is queried every 2 ms. CPU is that of all processes of the contestant.',
    load: 'Load',
    columns: WAITS,
  },
  {
    part: 'kill',
    title: 'Kill -9',
    about:
      'Entries are written at a steady rate. Meanwhile, SIGKILL ends all processes of the contestant at the same moment, and they are restarted immediately. The final state is judged by the contents of the entries. The time runs from the last start.',
    load: 'Load',
    columns: [
      total('Kills', 'kills'),
      total('Written', 'written'),
      total('Missing', 'missing'),
      total('Doubled', 'doubled'),
      seconds('Seconds until complete', 1),
    ],
  },
  {
    part: 'changes',
    title: 'Changes',
    about:
      'From the change of one key among many to readable in MongoDB, in ms. CPU is that of all processes of the contestant.',
    load: 'Load',
    columns: WAITS,
  },
  {
    part: 'catch-up',
    title: 'Catching up',
    about:
      'A backlog that was written while the workers were stopped: from their start, including Node’s, until it is drained.',
    load: 'What',
    columns: MOVED,
  },
  {
    part: 'feed-cost',
    title: 'Cost of the change feed in Redis',
    about:
      'XADD of small entries at full speed over this many keys, alternating with and without a change feed connection. CPU of Redis, in µs per write.',
    load: 'Keys',
    columns: [
      { ...RATE, head: 'Writes/s' },
      { head: 'µs per write', text: (group) => spreadText(perMillion(group), 2) },
      {
        head: 'Rel. to without',
        text: (group, of) => spreadText(ratios(group, of(WITHOUT_FEED), perMillion), 2),
      },
    ],
  },
  {
    part: 'discovery',
    title: 'Discovery',
    about: 'From the creation of many keys until each has its job scheduler.',
    load: 'New keys',
    columns: [seconds('Seconds', 2)],
  },
  {
    part: 'idle',
    title: 'Idle',
    about: 'Nothing changes. SYNC_INTERVAL_SEC is 1. Percent of one core.',
    load: 'Keys',
    columns: [
      share('Scheduler', 'schedulerShare'),
      share('Worker', 'workerShare'),
      share('All processes', 'share'),
      share('Redis', 'redisShare'),
      { head: 'Total', text: (group) => percentOfCore(totalShares(group)) },
      { head: 'Peak MB', text: (group) => megabytes(valuesOf(group, 'peakBytes')) },
    ],
  },
  {
    part: 'idle-mixed',
    title: 'Very many idle keys',
    about:
      'Hashes and strings; a twentieth are sets, and another twentieth streams. Source and queue have separate Redis servers. Percent of one core, and memory when idle.',
    load: 'Keys',
    columns: [
      share('% of a core', 'share'),
      { head: 'MB', text: (group) => megabytes(valuesOf(group, 'bytes')) },
    ],
  },
];

/** All tables of a result that have rows, in reading order. */
export function tablesOf(result: BenchResult): Table[] {
  const parts = TABLES.map((shown) => tableOf(shown, result.rows));
  return [summaryTable(result), goalsTable(result), ...parts].filter(({ rows }) => rows.length > 0);
}

/** A progress line for a measurement, with the figures of its table. */
export function rowText(row: Row): string {
  const { part, load, who } = row;
  const columns = TABLES.find((shown) => shown.part === part)?.columns ?? [];
  const figures = columns.map(({ head, text }) => ({ head, text: text([row], () => []) }));
  const there = figures.filter(({ text }) => text !== NONE).map(({ head, text }) => `${head} ${text}`);
  return `  ${part}  ${load}  ${who}: ${there.join(', ')}`;
}

/** One line per load and contestant. Columns without figures are left out. */
function tableOf({ part, title, about, load, columns }: PartTable, rows: readonly Row[]): Table {
  const of = rowsIn(rows, part);
  const ofPart = rows.filter((row) => row.part === part);
  const ofLoads = [...groupBy(ofPart, (row) => row.load).values()];
  const groups = ofLoads.flatMap((some) => [...groupBy(some, ({ who }) => who).values()]);
  const cells = groups.map((group) => {
    const [{ load: name, who }] = group;
    return [name, who, ...columns.map(({ text }) => text(group, (other) => of(other, name)))];
  });
  const heads = [load, 'Who', ...columns.map(({ head }) => `>${head}`)];
  const isKept = heads.map((_, i) => cells.some((row) => row[i] !== NONE));
  const kept = <T>(list: readonly T[]) => list.filter((_, i) => isKept[i]);
  return { title, about, columns: kept(heads), rows: cells.map(kept) };
}

function goalsTable(result: BenchResult): Table {
  return {
    title: 'Goals',
    about: 'Ratios are medians over the repetitions. Each run is compared with the run next to it in time.',
    columns: ['What', '>Goal', '>Measured', ''],
    rows: goalsOf(result).map(({ what, bound, reach, measured, unit, isMet }) => [
      what,
      `${bound} ${reach} ${unit}`,
      `${figure(measured, 2)} ${unit}`,
      isMet ? 'met' : 'missed',
    ]),
  };
}
