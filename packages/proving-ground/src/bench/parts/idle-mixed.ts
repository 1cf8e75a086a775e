import { runPipelines } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { ALL_PROCESSES } from '../bench-result.js';
import type { BenchSizes } from '../bench-sizes.js';
import { figure } from '../report/figures.js';
import { type Groups, pidsOf } from '../usage-meter.js';
import { measureGroups, untilIdle } from './idle.js';

/**
 * Measures CPU and memory of each process of an idle fleet, dashboard included, and of both Redis servers,
 * with very many keys of mixed types. The queue has a separate Redis. Needs `idleMixed` in the sizes.
 */
export async function measureIdleMixed(bench: BenchEnvironment): Promise<void> {
  const load = bench.sizes.idleMixed;
  if (!load) return;
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
  const parts = {
    'the scheduler': fleet.pidsOf('scheduler'),
    'the worker': fleet.pidsOf('worker'),
    'the dashboard': fleet.pidsOf('dashboard'),
    'the source’s Redis': pidsOf(bench.redisServer),
    'the queue’s Redis': pidsOf(queue),
  };
  const groups: Groups<string> = {
    ...parts,
    [ALL_PROCESSES]: Object.values<readonly number[]>(parts).flat(),
  };
  await fleet.untilSwept(queue.url);
  await fleet.untilScheduled(load.sets + load.streams, queue.url);
  await untilIdle(bench, fleet, parts);
  const { of } = await measureGroups(bench, groups, bench.sizes.idle.seconds);
  for (const who of Object.keys(groups)) {
    const { share, bytes } = of(who);
    bench.note({ load: figure(keys), who, repetition: 1, figures: { share, bytes } });
  }
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
