import {
  type BenchResult,
  FLEET,
  type IdleMixedRun,
  type IdleProcess,
  type IdleRun,
} from '../bench-result.js';
import { CHANGES } from '../parts/changes.js';
import { figure, valuesOf } from './figures.js';
import { atMost, type Goal } from './goal.js';
import { grouped } from './run-groups.js';

const MANY_IDLE = 100_000;
const MILLION = 1_000_000;

/** Nothing is missing, and nothing is there twice. */
export function killGoals({ kills }: BenchResult): Goal[] {
  const ours = kills.filter(({ who }) => who === FLEET);
  const worst = (counts: readonly number[]) => (counts.length === 0 ? [] : [Math.max(...counts)]);
  return [
    ...atMost(0, '', 'entries missing after kill -9, worst run', worst(valuesOf(ours, 'missing'))),
    ...atMost(0, '', 'entries doubled after kill -9, worst run', worst(valuesOf(ours, 'doubled'))),
  ];
}

/** What a change of one key among many may take, and a flood of changes. */
export function changeGoals({ changes }: BenchResult): Goal[] {
  const one = (what: string, p50Ms: number | undefined, p99Ms: number): Goal[] => {
    const runs = changes.filter(({ load, who }) => who === FLEET && load.includes(what));
    const p50s = p50Ms === undefined ? [] : valuesOf(runs, 'p50');
    return [
      ...atMost(p50Ms ?? 0, 'ms', `${what} among many: p50`, p50s),
      ...atMost(p99Ms, 'ms', `${what} among many: p99`, valuesOf(runs, 'p99')),
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
  return grouped(feedCosts, ({ keys }) => figure(keys)).flatMap(([keys, runs]) => {
    const costs = runs.map((run) => (1e6 * (run.with.cpu - run.without.cpu)) / run.writes);
    return atMost(0.5, 'µs', `the feed’s cost in Redis, XADD over ${keys} keys: per write`, costs);
  });
}

/** What rests costs little. */
export function idleGoals(idle: readonly IdleRun[]): Goal[] {
  const many = idle.filter(({ streams, who }) => who === FLEET && streams >= MANY_IDLE);
  const one = (what: string, isIt: (run: IdleRun) => boolean) => {
    const shares = many.filter(isIt).map(({ own, redis }) => 100 * (own + redis));
    return atMost(2, '% of a core', `100,000 idle streams${what}: our processes and Redis`, shares);
  };
  return [...one('', ({ sets }) => sets === 0), ...one(' and 1,000 sets', ({ sets }) => sets > 0)];
}

/** A million keys at rest: the reach is for this many. */
export function idleMixedGoals(runs: readonly IdleMixedRun[]): Goal[] {
  const million = runs.filter(({ keys }) => keys >= MILLION);
  const memory = (name: IdleProcess, text: string, reach: number) => {
    const held = million.map(({ bytes }) => bytes[name] / 1024 ** 2);
    return atMost(reach, 'MB', `1,000,000 idle keys: memory of ${text}`, held);
  };
  const all = million.map(({ shares }) => 100 * Object.values(shares).reduce((sum, share) => sum + share, 0));
  return [
    ...atMost(3, '% of a core', '1,000,000 idle keys: all processes and both Redis', all),
    ...memory('scheduler', 'the scheduler', 250),
    ...memory('worker', 'the worker', 400),
    ...memory('dashboard', 'the dashboard', 300),
    ...memory('queue', 'the queue’s Redis', 250),
  ];
}
