import type {
  DiscoveryRun,
  FeedCostRun,
  IdleMixedRun,
  IdleProcess,
  IdleRun,
  KillRun,
  LatencyRun,
} from '../bench-result.js';
import { figure, known, megabytes, percentOfCore, spreadText } from './figures.js';
import type { Table } from './table.js';

export function latencyTable(title: string, about: string, runs: readonly LatencyRun[]): Table {
  const byLoad = grouped(runs, ({ load }) => load).flatMap(([, some]) => grouped(some, ({ who }) => who));
  const rows = byLoad.map(([, some]) => [
    some[0]?.load ?? '',
    some[0]?.who ?? '',
    spreadText(some.map(({ perSec }) => perSec)),
    figure(some.reduce((sum, { samples }) => sum + samples, 0)),
    ...[some.map(({ p50 }) => p50), some.map(({ p90 }) => p90), some.map(({ p99 }) => p99)].map((values) =>
      spreadText(values, 1),
    ),
    percentOfCore(some.map(({ share }) => share)),
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
      figure(some.reduce((sum, { kills }) => sum + kills, 0)),
      figure(some.reduce((sum, { written }) => sum + written, 0)),
      figure(some.reduce((sum, { missing }) => sum + missing, 0)),
      figure(some.reduce((sum, { doubled }) => sum + doubled, 0)),
      spreadText(
        some.map(({ seconds }) => seconds),
        1,
      ),
    ]),
  };
}

export function feedCostTable(runs: readonly FeedCostRun[]): Table {
  const us = (some: readonly FeedCostRun[], of: (run: FeedCostRun) => number) =>
    spreadText(
      some.map((run) => (1e6 * of(run)) / run.writes),
      2,
    );
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
    rows: grouped(runs, ({ keys }) => figure(keys)).map(([keys, some]) => [
      keys,
      spreadText(some.map(({ writes, without }) => writes / without.seconds)),
      spreadText(some.map((run) => run.writes / run.with.seconds)),
      us(some, ({ without }) => without.cpu),
      us(some, (run) => run.with.cpu),
      spreadText(
        some.map((run) => run.with.cpu / run.without.cpu),
        2,
      ),
      us(some, (run) => run.with.cpu - run.without.cpu),
    ]),
  };
}

export function discoveryTable(runs: readonly DiscoveryRun[]): Table {
  return {
    title: 'Discovery',
    about: 'From the creation of many keys at once until each has its job scheduler.',
    columns: ['New keys', '>Seconds'],
    rows: grouped(runs, ({ keys }) => figure(keys)).map(([keys, some]) => [
      keys,
      spreadText(
        some.map(({ seconds }) => seconds),
        2,
      ),
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
      percentOfCore(known(some.map(({ scheduler }) => scheduler))),
      percentOfCore(known(some.map(({ worker }) => worker))),
      percentOfCore(some.map(({ own }) => own)),
      percentOfCore(some.map(({ redis }) => redis)),
      percentOfCore(some.map(({ own, redis }) => own + redis)),
      megabytes(some.map(({ peakBytes }) => peakBytes)),
    ]),
  };
}

const IDLE_PROCESSES = [
  'scheduler',
  'worker',
  'dashboard',
  'source',
  'queue',
] as const satisfies readonly IdleProcess[];

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
      const row = (of: (name: IdleProcess) => number, text: (value: number) => string) => [
        ...IDLE_PROCESSES.map((name) => text(of(name))),
        text(IDLE_PROCESSES.reduce((sum, name) => sum + of(name), 0)),
      ];
      return [
        [
          figure(keys),
          '% of a core',
          ...row(
            (name) => shares[name],
            (share) => percentOfCore([share]),
          ),
        ],
        [
          figure(keys),
          'MB',
          ...row(
            (name) => bytes[name],
            (count) => megabytes([count]),
          ),
        ],
      ];
    }),
  };
}

/** Items by a name, in the order in which the names come first. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return [...groups];
}
