import {
  type BenchResult,
  FLEET,
  type IdleMixedRun,
  type IdleProcess,
  type IdleRun,
  type KillRun,
} from '../bench-result.js';
import { CHANGES } from '../parts/changes.js';
import { type Goal, goal } from './goal.js';

const MANY_IDLE = 100_000;
const MILLION = 1_000_000;

/** Nothing is missing, and nothing is there twice. */
export function killGoals({ kills }: BenchResult): Goal[] {
  const ours = kills.filter(({ who }) => who === FLEET);
  const of = (count: (run: KillRun) => number) => (ours.length === 0 ? [] : [Math.max(...ours.map(count))]);
  return [
    ...goal(
      'entries missing after kill -9, worst run',
      'at most',
      0,
      of(({ missing }) => missing),
      '',
    ),
    ...goal(
      'entries doubled after kill -9, worst run',
      'at most',
      0,
      of(({ doubled }) => doubled),
      '',
    ),
  ];
}

/** What a change of one key among many may take, and a flood of changes. */
export function changeGoals({ changes }: BenchResult): Goal[] {
  const one = (what: string, p50Ms: number | undefined, p99Ms: number): Goal[] => {
    const runs = changes.filter(({ load, who }) => who === FLEET && load.includes(what));
    const p50s = runs.map(({ p50 }) => p50);
    const p99s = runs.map(({ p99 }) => p99);
    return [
      ...(p50Ms === undefined ? [] : goal(`${what} among many: p50`, 'at most', p50Ms, p50s, 'ms')),
      ...goal(`${what} among many: p99`, 'at most', p99Ms, p99s, 'ms'),
    ];
  };
  return [
    ...one(CHANGES.hash, 15, 50),
    ...one(CHANGES.set, 15, 50),
    ...one(CHANGES.stream, 15, 100),
    ...one(CHANGES.flood, undefined, 1_000),
  ];
}

/** What the feed costs Redis for a write. */
export function feedGoals({ feedCosts }: BenchResult): Goal[] {
  return [...new Set(feedCosts.map(({ keys }) => keys))].flatMap((keys) =>
    goal(
      `the feed’s cost in Redis, XADD over ${keys.toLocaleString('en-US')} keys: per write`,
      'at most',
      0.5,
      feedCosts
        .filter((run) => run.keys === keys)
        .map((run) => (1e6 * (run.with.cpu - run.without.cpu)) / run.writes),
      'µs',
    ),
  );
}

/** What rests costs little. */
export function idleGoals(idle: readonly IdleRun[]): Goal[] {
  const many = idle.filter(({ streams, who }) => who === FLEET && streams >= MANY_IDLE);
  const of = (runs: readonly IdleRun[]) => runs.map(({ own, redis }) => 100 * (own + redis));
  const one = (what: string, reach: number, runs: readonly IdleRun[]) =>
    goal(`100,000 idle streams${what}: our processes and Redis`, 'at most', reach, of(runs), '% of a core');
  return [
    ...one(
      '',
      2,
      many.filter(({ sets }) => sets === 0),
    ),
    ...one(
      ' and 1,000 sets',
      2,
      many.filter(({ sets }) => sets > 0),
    ),
  ];
}

/** A million keys at rest: the reach is for this many. */
export function idleMixedGoals(runs: readonly IdleMixedRun[]): Goal[] {
  const million = runs.filter(({ keys }) => keys >= MILLION);
  const memory = (name: IdleProcess, text: string, reach: number) =>
    goal(
      `1,000,000 idle keys: memory of ${text}`,
      'at most',
      reach,
      million.map(({ bytes }) => bytes[name] / 1024 ** 2),
      'MB',
    );
  return [
    ...goal(
      '1,000,000 idle keys: all processes and both Redis',
      'at most',
      3,
      million.map(({ shares }) => 100 * Object.values(shares).reduce((sum, share) => sum + share, 0)),
      '% of a core',
    ),
    ...memory('scheduler', 'the scheduler', 250),
    ...memory('worker', 'the worker', 400),
    ...memory('dashboard', 'the dashboard', 300),
    ...memory('queue', 'the queue’s Redis', 250),
  ];
}
