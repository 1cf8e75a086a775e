import { runPipelines } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { IDLE_PROCESSES, type IdleMixedRun, type IdleProcess } from '../bench-result.js';
import type { BenchSizes } from '../bench-sizes.js';
import { type Groups, pidsOf } from '../usage-meter.js';
import { measureGroups, untilIdle } from './idle-usage.js';

/**
 * What a whole fleet, dashboard included, and both Redis use while nothing happens to very many keys of mixed types: CPU, and the
 * memory that each holds. The queue has a Redis of its own. Runs where the sizes ask for it.
 */
export async function measureIdleMixed(bench: BenchEnvironment): Promise<IdleMixedRun[]> {
  const load = bench.sizes.idleMixed;
  if (!load) return [];
  await bench.clear();
  await fill(bench, load);
  await using queue = await bench.openQueue();
  await using target = await bench.openTarget();
  const options = { QUEUE_REDIS_URL: queue.url };
  await using fleet = await BenchFleet.start(bench, target, { dashboard: true, options });
  const keys = load.values + load.sets + load.streams;
  const begin = performance.now();
  await fleet.untilEnded('synced', keys);
  const seconds = (performance.now() - begin) / 1000;
  bench.say(`  idle  ${keys} keys of mixed types synced after ${seconds.toFixed(0)} s`);
  const groups: Groups<IdleProcess> = {
    scheduler: fleet.pidsOf('scheduler'),
    worker: fleet.pidsOf('worker'),
    dashboard: fleet.pidsOf('dashboard'),
    source: pidsOf(bench.redisServer),
    queue: pidsOf(queue),
  };
  await untilIdle(bench, fleet, groups);
  const { of } = await measureGroups(bench, groups, bench.sizes.idle.seconds);
  const shares = byProcess((name) => of(name).share);
  const all = Object.values(shares).reduce((sum, share) => sum + share, 0);
  bench.say(`  idle  ${keys} keys of mixed types: ${(100 * all).toFixed(1)} % of a core`);
  return [{ keys, seconds, shares, bytes: byProcess((name) => of(name).bytes) }];
}

function byProcess(figure: (name: IdleProcess) => number): Record<IdleProcess, number> {
  const figures = { scheduler: 0, worker: 0, dashboard: 0, source: 0, queue: 0 };
  for (const name of IDLE_PROCESSES) figures[name] = figure(name);
  return figures;
}

async function fill(
  { redis }: BenchEnvironment,
  { values, sets, streams }: NonNullable<BenchSizes['idleMixed']>,
): Promise<void> {
  await runPipelines(redis, values + sets + streams, (pipeline, n) => {
    if (n >= values + sets) pipeline.xadd(`idle-stream-${n}`, '*', 'name', `name-${n}`);
    else if (n >= values) pipeline.sadd(`idle-set-${n}`, `a-${n}`, `b-${n}`, `c-${n}`);
    else if (n % 2 === 0) pipeline.hset(`idle-hash-${n}`, { name: `name-${n}`, note: `note-${n}` });
    else pipeline.set(`idle-string-${n}`, `text-${n}`);
  });
}
