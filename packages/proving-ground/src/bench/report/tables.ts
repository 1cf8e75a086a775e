import { BARE, type BenchResult, LIMIT, type Run } from '../bench-result.js';
import { figure, known, megabytes, NONE, spreadText } from './figures.js';
import {
  discoveryTable,
  feedCostTable,
  idleMixedTable,
  idleTable,
  killTable,
  latencyTable,
} from './following-tables.js';
import { goalsOf } from './judge.js';
import { perMillion, type RunGroup, rates, ratios, runGroups } from './run-groups.js';
import { summaryTable } from './summary.js';
import { left, right, type Table } from './table.js';

/** All tables of a result that hold something, in the order in which they are read. */
export function tablesOf(result: BenchResult): Table[] {
  const { runs } = result;
  return [
    summaryTable(result),
    goals(result),
    streams(
      'Throughput',
      'Streams in Redis, until all is in MongoDB and the positions are saved.',
      runGroups(runs, 'throughput'),
    ),
    streams(
      'Our own side',
      'The same loads into a sink that only acknowledges: MongoDB costs nothing here. Its CPU is the sink’s.',
      runGroups(runs, 'sink'),
    ),
    moved('Sets', 'Members a second.', runGroups(runs, 'sets')),
    moved('Other types', 'Members, fields, items or strings a second.', runGroups(runs, 'types')),
    streams(
      'Many keys',
      'Keys with small values, about 200 bytes each: new ones; then the fleet finds all of them unchanged in a sweep, and a tenth of them changed. The CPU of the fleet is with that of its queue’s Redis; the bare loop writes two documents a key, too, without an index.',
      runGroups(runs, 'many-keys'),
      { of: BARE, what: 'Keys', each: 'Keys/s', name: 'Of the bare loop' },
    ),
    latencyTable(
      'Latency',
      'From XADD to readable in MongoDB, in ms; MongoDB is asked every 2 ms. The CPU is that of all processes of who moves them.',
      result.latency,
    ),
    killTable(result.kills),
    latencyTable(
      'Changes',
      'From a change of a key among many to readable in MongoDB, in ms. The CPU is that of all processes of who brings them.',
      result.changes,
    ),
    moved(
      'Catching up',
      'A backlog that came while the workers were stopped, from their start (Node included) until it is drained.',
      runGroups(runs, 'catch-up'),
    ),
    feedCostTable(result.feedCosts),
    discoveryTable(result.discovery),
    idleTable(result.idle),
    idleMixedTable(result.idleMixed),
  ].filter(({ rows }) => rows.length > 0);
}

function goals(result: BenchResult): Table {
  return {
    title: 'Goals',
    about: 'Ratios are medians over the repetitions, each run by its neighbor in time.',
    columns: [...left('What'), ...right('Reach', 'Measured'), ...left('')],
    rows: goalsOf(result).map(({ what, bound, reach, measured, unit, isMet }) => [
      what,
      `${bound} ${reach} ${unit}`,
      `${figure(measured, 2)} ${unit}`,
      isMet ? 'met' : 'missed',
    ]),
  };
}

function streams(
  title: string,
  about: string,
  groups: readonly RunGroup[],
  by = { of: LIMIT, what: 'Streams × entries', each: 'Entries/s', name: 'Of the limit' },
): Table {
  const cpu = (some: readonly Run[]) => perMillion(some, (run) => run.cpu);
  return {
    title,
    about,
    columns: [
      ...left(by.what, 'Who'),
      ...right(by.each, by.name, 'CPU s per million', by.name, 'Redis', 'MongoDB', 'Peak MB'),
    ],
    rows: groups.map(({ load, who, runs }) => {
      const limit = groups.find((group) => group.load === load && group.who === by.of)?.runs ?? [];
      const of = (figures: (runs: readonly Run[]) => number[]) =>
        who === by.of || limit.length === 0 ? NONE : spreadText(ratios(runs, limit, figures), 2);
      return [
        load,
        who,
        spreadText(rates(runs)),
        of(rates),
        spreadText(cpu(runs), 1),
        of(cpu),
        ...servers(runs),
      ];
    }),
  };
}

function moved(title: string, about: string, groups: readonly RunGroup[]): Table {
  return {
    title,
    about,
    columns: [
      ...left('What', 'Who'),
      ...right('A second', 'Seconds', 'CPU s per million', 'Redis', 'MongoDB', 'Peak MB'),
    ],
    rows: groups.map(({ load, who, runs }) => [
      load,
      who,
      spreadText(rates(runs)),
      spreadText(
        runs.map(({ seconds }) => seconds),
        2,
      ),
      spreadText(
        perMillion(runs, ({ cpu }) => cpu),
        1,
      ),
      ...servers(runs),
    ]),
  };
}

function servers(runs: readonly Run[]): string[] {
  return [
    spreadText(
      perMillion(runs, ({ redisCpu }) => redisCpu),
      1,
    ),
    spreadText(
      perMillion(runs, ({ mongoCpu }) => mongoCpu),
      1,
    ),
    megabytes(known(runs.map(({ peakBytes }) => peakBytes))),
  ];
}
