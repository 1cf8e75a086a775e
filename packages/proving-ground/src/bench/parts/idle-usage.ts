import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchEnvironment } from '../bench-environment.js';
import type { BenchFleet } from '../bench-fleet.js';
import { type Groups, type Measured, meter } from '../usage-meter.js';

/** Length of a sample, in seconds. CPU has settled when a sample is at least FALLING times the one before. */
const SAMPLE_SECONDS = 5;
const FALLING = 0.85;
/** It must also run at most this many jobs per second: the work left from the first sync is done. */
const RESTING_JOBS_PER_SEC = 20;

/** Measures groups of processes for a number of seconds. */
export async function measureGroups<Name extends string>(
  { signal }: Pick<BenchEnvironment, 'signal'>,
  groups: Groups<Name>,
  seconds: number,
): Promise<Measured<Name>> {
  const end = await meter(groups);
  await sleep(1000 * seconds, undefined, { signal });
  return await end();
}

/** Waits until the fleet runs few jobs and CPU no longer falls, for at most `settleSeconds` of the sizes. */
export async function untilIdle<Name extends string>(
  bench: BenchEnvironment,
  fleet: BenchFleet,
  groups: Groups<Name>,
): Promise<void> {
  const { settleSeconds } = bench.sizes.idle;
  const sample = Math.min(SAMPLE_SECONDS, settleSeconds);
  const deadline = performance.now() + 1000 * settleSeconds;
  const all = { all: Object.values<readonly number[]>(groups).flat() };
  let last = Number.POSITIVE_INFINITY;
  while (performance.now() < deadline) {
    const before = (await fleet.counts()).jobs;
    const { share } = (await measureGroups(bench, all, sample)).of('all');
    const jobs = (await fleet.counts()).jobs - before;
    if (jobs <= RESTING_JOBS_PER_SEC * sample && share >= FALLING * last) return;
    last = share;
  }
}
