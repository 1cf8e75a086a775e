import { setTimeout as sleep } from 'node:timers/promises';
import { runPipelines } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { type Figures, FLEET } from '../bench-result.js';
import { idleName } from '../bench-sizes.js';
import { type Follower, startFollowing } from '../contestants/contestant.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';
import { type Groups, type Measured, meter, pidsOf } from '../usage-meter.js';

/** Members of each idle set. */
const MEMBERS = 10;
/** Longest settling time of systems whose jobs cannot be counted, in seconds. */
const SETTLE_SECONDS = 5;
/**
 * Measures what a fleet and Redis use while nothing changes: with streams only, and with sets as well. After
 * the sync it waits until the CPU share no longer falls, for at most `settleSeconds` of the sizes. The
 * repetitions then follow without another wait, because settling takes most of the time. The other
 * contestants are measured with the fewest streams only.
 */
export async function measureIdle(bench: BenchEnvironment, followers: readonly Follower[]): Promise<void> {
  const [fewest] = bench.sizes.idle.streams;
  for (const streams of bench.sizes.idle.streams) {
    await bench.attempt(`idle, ${streams} streams, ${FLEET}`, () => measureFleet(bench, streams));
    if (streams === fewest)
      for (const follower of followers.filter(({ who }) => who !== FLEET))
        await bench.attempt(`idle, ${streams} streams, ${follower.who}`, () =>
          measureOther(bench, follower, streams),
        );
  }
}

async function measureFleet(bench: BenchEnvironment, streams: number): Promise<void> {
  const { sets } = bench.sizes.idle;
  await bench.clear();
  await fillStreams(bench.redis, { streams, entries: 1 });
  await using target = await bench.openTarget();
  // The defaults of all options: SYNC_INTERVAL_SEC is 1.
  await using fleet = await BenchFleet.start(bench, target);
  const groups = {
    ...{ scheduler: fleet.pidsOf('scheduler'), worker: fleet.pidsOf('worker') },
    ...{ own: fleet.pids, redis: pidsOf(bench.redisServer) },
  };
  const note = async (beside: number) => {
    await untilIdle(bench, fleet, groups);
    const load = idleName(streams, beside);
    for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
      const used = await measureGroups(bench, groups, bench.sizes.idle.seconds);
      const parts = { schedulerShare: used.of('scheduler').share, workerShare: used.of('worker').share };
      bench.note({ load, who: FLEET, repetition, figures: { ...parts, ...sharesOf(used) } });
    }
  };
  await fleet.untilMoved('stream', streams);
  await note(0);
  const members = Array.from({ length: MEMBERS }, (_, n) => `member-${n}`);
  await runPipelines(bench.redis, sets, (pipeline, i) => pipeline.sadd(`idle-set-${i}`, members));
  await fleet.untilMoved('set', sets);
  await note(sets);
}

async function measureOther(bench: BenchEnvironment, follower: Follower, streams: number): Promise<void> {
  const { seconds, settleSeconds } = bench.sizes.idle;
  await bench.clear();
  await fillStreams(bench.redis, { streams, entries: 1 });
  await using target = await openMongoTarget(bench);
  await using following = await startFollowing(bench, follower, target, streams);
  const groups = { own: following.pids, redis: pidsOf(bench.redisServer) };
  await measureGroups(bench, groups, Math.min(SETTLE_SECONDS, settleSeconds)); // let it settle
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    const figures = sharesOf(await measureGroups(bench, groups, seconds));
    bench.note({ load: idleName(streams, 0), who: follower.who, repetition, figures });
  }
}

function sharesOf({ of }: Measured<'own' | 'redis'>): Figures {
  const { share, peakBytes } = of('own');
  return { share, redisShare: of('redis').share, peakBytes };
}

/**
 * Length of a sample, in seconds. CPU has settled when STEADY samples in a row are each at least FALLING times the
 * one before. A single one can be so by chance while CPU still falls.
 */
const SAMPLE_SECONDS = 5;
const FALLING = 0.85;
const STEADY = 3;
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
  let steady = 0;
  while (performance.now() < deadline) {
    const before = (await fleet.counts()).jobs;
    const { share } = (await measureGroups(bench, all, sample)).of('all');
    const jobs = (await fleet.counts()).jobs - before;
    steady = jobs <= RESTING_JOBS_PER_SEC * sample && share >= FALLING * last ? steady + 1 : 0;
    if (steady === STEADY) return;
    last = share;
  }
}
