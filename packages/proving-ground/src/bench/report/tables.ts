import { BARE, type BenchResult, LIMIT, type Run } from '../bench-result.js';
import { figure, megabytes, NONE, spreadText, valuesOf } from './figures.js';
import {
  discoveryTable,
  feedCostTable,
  idleMixedTable,
  idleTable,
  killTable,
  latencyTable,
} from './following-tables.js';
import { goalsOf } from './judge.js';
import { listsTable } from './lists-table.js';
import { perMillion, type RunGroup, rates, ratios, runGroups } from './run-groups.js';
import { summaryTable } from './summary.js';
import type { Table } from './table.js';

/** All tables of a result that hold something, in the order in which they are read. */
export function tablesOf(result: BenchResult): Table[] {
  const { runs } = result;
  return [
    summaryTable(result),
    goals(result),
    streams(
      'Throughput',
      'From streams in Redis until all entries are in MongoDB and the positions are saved.',
      runGroups(runs, 'throughput'),
    ),
    streams(
      'Our own side',
      'The same loads into a sink that only acknowledges, so MongoDB costs nothing. The MongoDB column is the CPU of that sink.',
      runGroups(runs, 'sink'),
    ),
    moved('Sets', 'Members per second.', runGroups(runs, 'sets')),
    moved('Other types', 'Members, fields, items or strings per second.', runGroups(runs, 'types')),
    streams(
      'Many keys',
      'Keys with small values, about 200 bytes each: new keys; then a sweep of the fleet finds all of them unchanged; then a tenth of them changed. The CPU of the fleet includes its queue’s Redis, and the job schedulers of sets, which are made after the keys were synced. The bare loop also writes two documents per key, without an index.',
      runGroups(runs, 'many-keys'),
      { of: BARE, what: 'Keys', each: 'Keys/s', name: 'Rel. to bare loop' },
    ),
    latencyTable(
      'Latency',
      'From XADD to readable in MongoDB, in ms. MongoDB is queried every 2 ms. CPU is that of all processes of the contestant.',
      result.latency,
    ),
    killTable(result.kills),
    latencyTable(
      'Changes',
      'From the change of one key among many to readable in MongoDB, in ms. CPU is that of all processes of the contestant.',
      result.changes,
    ),
    moved(
      'Catching up',
      'A backlog that was written while the workers were stopped: from their start, including Node’s, until it is drained.',
      runGroups(runs, 'catch-up'),
    ),
    feedCostTable(result.feedCosts),
    discoveryTable(result.discovery),
    idleTable(result.idle),
    idleMixedTable(result.idleMixed),
    listsTable(result.lists),
  ].filter(({ rows }) => rows.length > 0);
}

function goals(result: BenchResult): Table {
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

function streams(
  title: string,
  about: string,
  groups: readonly RunGroup[],
  by = { of: LIMIT, what: 'Streams × entries', each: 'Entries/s', name: 'Rel. to limit' },
): Table {
  return {
    title,
    about,
    columns: [
      by.what,
      'Who',
      `>${by.each}`,
      `>${by.name}`,
      '>CPU s per million',
      `>${by.name}`,
      '>Redis',
      '>MongoDB',
      '>Peak MB',
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
        spreadText(perMillion(runs), 1),
        of(perMillion),
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
      'What',
      'Who',
      '>Per second',
      '>Seconds',
      '>CPU s per million',
      '>Redis',
      '>MongoDB',
      '>Peak MB',
    ],
    rows: groups.map(({ load, who, runs }) => [
      load,
      who,
      spreadText(rates(runs)),
      spreadText(valuesOf(runs, 'seconds'), 2),
      spreadText(perMillion(runs), 1),
      ...servers(runs),
    ]),
  };
}

function servers(runs: readonly Run[]): string[] {
  return [
    spreadText(perMillion(runs, 'redisCpu'), 1),
    spreadText(perMillion(runs, 'mongoCpu'), 1),
    megabytes(valuesOf(runs, 'peakBytes')),
  ];
}
