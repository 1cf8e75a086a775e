import { setTimeout as sleep } from 'node:timers/promises';
import { runPipeline } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import type { IdleMixedRun, IdleProcess } from '../bench-result.js';
import { type ProcessUsage, processUsage } from '../process-usage.js';
import { sumOf } from '../report/figures.js';

const AT_ONCE = 5_000;
/** How long jobs are counted, in seconds; at rest there are no more of them a second. */
const SAMPLE_SECONDS = 5;
const RESTING_JOBS_PER_SEC = 20;

/**
 * What a whole fleet, dashboard included, and both Redis use while nothing happens to very many keys of mixed types: CPU, and the
 * memory that each holds. The queue has a Redis of its own. Runs where the sizes ask for it.
 */
export async function measureIdleMixed(place: BenchEnvironment): Promise<IdleMixedRun[]> {
  const load = place.sizes.idleMixed;
  if (!load) return [];
  await place.clear();
  await fill(place, load);
  await using queue = await place.openQueue();
  await using target = await place.openTarget();
  const options = { QUEUE_REDIS_URL: queue.url };
  await using fleet = await BenchFleet.start(place, target, { dashboard: true, options });
  const keys = load.values + load.sets + load.streams;
  const begin = performance.now();
  await fleet.untilEnded('synced', keys);
  const seconds = (performance.now() - begin) / 1000;
  place.say(`  idle  ${keys} keys of mixed types synced after ${seconds.toFixed(0)} s`);
  await untilIdle(place, fleet);
  const pids: Record<IdleProcess, readonly number[]> = {
    scheduler: fleet.pidsOf('scheduler'),
    worker: fleet.pidsOf('worker'),
    dashboard: fleet.pidsOf('dashboard'),
    source: [place.redisServer.pid ?? 0],
    queue: [queue.pid ?? 0],
  };
  const from = await usageOf(pids);
  const measured = place.sizes.idle.seconds;
  await sleep(1000 * measured, undefined, { signal: place.signal });
  const to = await usageOf(pids);
  const shares = byProcess((name) => (to[name].cpuSeconds - from[name].cpuSeconds) / measured);
  const all = Object.values(shares).reduce((sum, share) => sum + share, 0);
  place.say(`  idle  ${keys} keys of mixed types: ${(100 * all).toFixed(1)} % of a core`);
  return [{ keys, seconds, shares, bytes: byProcess((name) => to[name].bytes) }];
}

function byProcess<T>(of: (name: IdleProcess) => T): Record<IdleProcess, T> {
  return {
    ...{ scheduler: of('scheduler'), worker: of('worker'), dashboard: of('dashboard') },
    ...{ source: of('source'), queue: of('queue') },
  };
}

async function fill(
  { redis, signal }: BenchEnvironment,
  { values, sets, streams }: { readonly values: number; readonly sets: number; readonly streams: number },
): Promise<void> {
  const all = values + sets + streams;
  for (let from = 0; from < all; from += AT_ONCE) {
    signal.throwIfAborted();
    const pipeline = redis.pipeline();
    for (let n = from; n < Math.min(all, from + AT_ONCE); n++)
      if (n >= values + sets) pipeline.xadd(`idle-stream-${n}`, '*', 'name', `name-${n}`);
      else if (n >= values) pipeline.sadd(`idle-set-${n}`, `a-${n}`, `b-${n}`, `c-${n}`);
      else if (n % 2 === 0) pipeline.hset(`idle-hash-${n}`, { name: `name-${n}`, note: `note-${n}` });
      else pipeline.set(`idle-string-${n}`, `text-${n}`);
    await runPipeline(pipeline);
  }
}

async function untilIdle(place: BenchEnvironment, fleet: BenchFleet): Promise<void> {
  const { settleSeconds } = place.sizes.idle;
  const deadline = performance.now() + 1000 * settleSeconds;
  while (performance.now() < deadline) {
    const before = (await fleet.counts()).jobs;
    const sample = Math.min(SAMPLE_SECONDS, settleSeconds);
    await sleep(1000 * sample, undefined, { signal: place.signal });
    if ((await fleet.counts()).jobs - before <= RESTING_JOBS_PER_SEC * sample) return;
  }
}

async function usageOf(
  pids: Record<IdleProcess, readonly number[]>,
): Promise<Record<IdleProcess, Pick<ProcessUsage, 'cpuSeconds' | 'bytes'>>> {
  const all = await Promise.all(
    Object.values(pids).flatMap((some) => some.map(async (pid) => [pid, await processUsage(pid)] as const)),
  );
  return byProcess((name) => {
    const own = all.flatMap(([pid, usage]) => (pids[name].includes(pid) ? usage : []));
    return { cpuSeconds: sumOf(own, 'cpuSeconds'), bytes: sumOf(own, 'bytes') };
  });
}
