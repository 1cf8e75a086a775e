import {
  type DiscoveryRun,
  type FeedCostRun,
  IDLE_PROCESSES,
  type IdleMixedRun,
  type IdleRun,
  type KillRun,
  type LatencyRun,
} from '../bench-result.js';
import { figure, megabytes, percentOfCore, spreadText, sumOf, valuesOf } from './figures.js';
import { grouped } from './run-groups.js';
import type { Table } from './table.js';

export function latencyTable(title: string, about: string, runs: readonly LatencyRun[]): Table {
  const byLoad = grouped(runs, ({ load }) => load).flatMap(([, some]) => grouped(some, ({ who }) => who));
  const rows = byLoad.map(([, some]) => [
    some[0]?.load ?? '',
    some[0]?.who ?? '',
    spreadText(valuesOf(some, 'perSec')),
    figure(sumOf(some, 'samples')),
    ...(['p50', 'p90', 'p99'] as const).map((name) => spreadText(valuesOf(some, name), 1)),
    percentOfCore(valuesOf(some, 'share')),
  ]);
  const columns = ['Load', 'Who', '>Per second', '>Samples', '>p50', '>p90', '>p99', '>% of a core'];
  return { title, about, columns, rows };
}

export function killTable(runs: readonly KillRun[]): Table {
  return {
    title: 'Kill -9',
    about:
      'Entries are written at a steady rate. Meanwhile, all processes of the contestant are killed at once by SIGKILL, and restarted at once. The final state is judged by the contents of the entries. The time runs from the last start.',
    columns: ['Who', '>Kills', '>Written', '>Missing', '>Doubled', '>Seconds until complete'],
    rows: grouped(runs, ({ who }) => who).map(([who, some]) => [
      who,
      figure(sumOf(some, 'kills')),
      figure(sumOf(some, 'written')),
      figure(sumOf(some, 'missing')),
      figure(sumOf(some, 'doubled')),
      spreadText(valuesOf(some, 'seconds'), 1),
    ]),
  };
}

export function feedCostTable(runs: readonly FeedCostRun[]): Table {
  return {
    title: 'Cost of the change feed in Redis',
    about:
      'XADD of small entries at full speed over this many keys, alternating with and without a change feed connection. CPU of Redis, in µs per write.',
    columns: [
      'Keys',
      '>Writes/s without',
      '>Writes/s with',
      '>µs without',
      '>µs with',
      '>With / without',
      '>µs more',
    ],
    rows: grouped(runs, ({ keys }) => figure(keys)).map(([keys, some]) => {
      const each = (of: (run: FeedCostRun) => number, digits: number) => spreadText(some.map(of), digits);
      const us = (of: (run: FeedCostRun) => number) => each((run) => (1e6 * of(run)) / run.writes, 2);
      return [
        keys,
        each(({ writes, without }) => writes / without.seconds, 0),
        each((run) => run.writes / run.with.seconds, 0),
        us(({ without }) => without.cpu),
        us((run) => run.with.cpu),
        each((run) => run.with.cpu / run.without.cpu, 2),
        us((run) => run.with.cpu - run.without.cpu),
      ];
    }),
  };
}

export function discoveryTable(runs: readonly DiscoveryRun[]): Table {
  return {
    title: 'Discovery',
    about: 'From the creation of many keys at once until each has its job scheduler.',
    columns: ['New keys', '>Seconds'],
    rows: grouped(runs, ({ keys }) => figure(keys)).map(([keys, some]) => [
      keys,
      spreadText(valuesOf(some, 'seconds'), 2),
    ]),
  };
}

export function idleTable(runs: readonly IdleRun[]): Table {
  const keys = ({ streams, sets }: IdleRun) =>
    `${figure(streams)} streams${sets > 0 ? `, ${figure(sets)} sets` : ''}`;
  return {
    title: 'Idle',
    about: 'Nothing changes. SYNC_INTERVAL_SEC is 1. Percent of one core.',
    columns: ['Keys', 'Who', '>Scheduler', '>Worker', '>All processes', '>Redis', '>Total', '>Peak MB'],
    rows: grouped(runs, (run) => `${keys(run)}\n${run.who}`).map(([name, some]) => [
      ...name.split('\n'),
      percentOfCore(valuesOf(some, 'scheduler')),
      percentOfCore(valuesOf(some, 'worker')),
      percentOfCore(valuesOf(some, 'own')),
      percentOfCore(valuesOf(some, 'redis')),
      percentOfCore(some.map(({ own, redis }) => own + redis)),
      megabytes(valuesOf(some, 'peakBytes')),
    ]),
  };
}

export function idleMixedTable(runs: readonly IdleMixedRun[]): Table {
  return {
    title: 'Very many idle keys',
    about:
      'Hashes and strings; a twentieth are sets, and another twentieth streams. Source and queue have separate Redis servers. Percent of one core, and memory when idle.',
    columns: [
      'Keys',
      'What',
      '>Scheduler',
      '>Worker',
      '>Dashboard',
      '>Source’s Redis',
      '>Queue’s Redis',
      '>Total',
    ],
    rows: runs.flatMap(({ keys, shares, bytes }) => {
      const row = (unit: string, of: IdleMixedRun['shares'], text: (values: readonly number[]) => string) => {
        const values = IDLE_PROCESSES.map((name) => of[name]);
        const all = values.reduce((sum, value) => sum + value, 0);
        return [figure(keys), unit, ...[...values, all].map((value) => text([value]))];
      };
      return [row('% of a core', shares, percentOfCore), row('MB', bytes, megabytes)];
    }),
  };
}
