import { setTimeout as sleep } from 'node:timers/promises';
import { runPipeline } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { FLEET, type IdleRun } from '../bench-result.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';
import type { Follower } from '../followers/follower.js';
import { meter } from '../usage-meter.js';

/** A fleet at rest: shares of one core. */
interface Shares {
  readonly scheduler: number;
  readonly worker: number;
  readonly redis: number;
  readonly peakBytes: number;
}

/** Members of each idle set. */
const MEMBERS = 10;
/** The CPU share has come to rest when one sample of this many seconds is no lower than the one before, but for this part. */
const SAMPLE_SECONDS = 5;
const FALLING = 0.85;
/** And no more jobs than this run in a second: what is left over from the first sync is done. */
const RESTING_JOBS_PER_SEC = 20;

/**
 * What a fleet and Redis use while nothing happens: with streams alone, and with sets beside them. Once all is synced, it waits until the
 * CPU share falls no more, at most as long as the sizes say; the repetitions follow each other then, since coming to rest takes most of
 * the time. With the fewest streams the others are measured, too.
 */
export async function measureIdle(
  place: BenchEnvironment,
  followers: readonly Follower[],
): Promise<IdleRun[]> {
  const runs: IdleRun[] = [];
  const [fewest] = place.sizes.idle.streams;
  for (const streams of place.sizes.idle.streams) {
    await place.attempt(`idle, ${streams} streams, ${FLEET}`, () => measureFleet(place, streams, runs));
    if (streams === fewest)
      for (const follower of followers.filter(({ who }) => who !== FLEET))
        await place.attempt(`idle, ${streams} streams, ${follower.who}`, () =>
          measureOther(place, follower, streams, runs),
        );
  }
  return runs;
}

async function measureFleet(place: BenchEnvironment, streams: number, runs: IdleRun[]): Promise<void> {
  const { sets } = place.sizes.idle;
  await place.clear();
  await fillStreams(place.redis, { streams, entries: 1 });
  await using target = await place.openTarget();
  // The defaults of all options: SYNC_INTERVAL_SEC is 1.
  await using fleet = await BenchFleet.start(place, target);
  const note = async (facts: Pick<IdleRun, 'streams' | 'sets'>) => {
    await untilIdle(place, fleet);
    for (let repetition = 1; repetition <= place.repetitions; repetition++) {
      const used = await shares(place, fleet, place.sizes.idle.seconds);
      const run = { ...facts, who: FLEET, repetition, own: used.scheduler + used.worker, ...used };
      sayIdle(place, run);
      runs.push(run);
    }
  };
  await fleet.untilMoved('stream', streams);
  await note({ streams, sets: 0 });
  const pipeline = place.redis.pipeline();
  const members = Array.from({ length: MEMBERS }, (_, n) => `member-${n}`);
  for (let i = 0; i < sets; i++) pipeline.sadd(`idle-set-${i}`, members);
  await runPipeline(pipeline);
  await fleet.untilMoved('set', sets);
  await note({ streams, sets });
}

async function measureOther(
  place: BenchEnvironment,
  { who, start }: Follower,
  streams: number,
  runs: IdleRun[],
): Promise<void> {
  await place.clear();
  await fillStreams(place.redis, { streams, entries: 1 });
  await using target = await openMongoTarget(place);
  await using following = await start(place, target, streams);
  await sleep(1000 * Math.min(SAMPLE_SECONDS, place.sizes.idle.settleSeconds), undefined, {
    signal: place.signal,
  });
  for (let repetition = 1; repetition <= place.repetitions; repetition++) {
    const end = await meter({ ours: following.pids, redis: place.redisServer.pid, mongo: undefined });
    await sleep(1000 * place.sizes.idle.seconds, undefined, { signal: place.signal });
    const { cpu, redisCpu = 0, seconds, peakBytes } = await end();
    const used = { own: cpu / seconds, redis: redisCpu / seconds, peakBytes };
    const run = { streams, sets: 0, who, repetition, ...used };
    sayIdle(place, run);
    runs.push(run);
  }
}

function sayIdle(place: BenchEnvironment, { streams, sets, who, own, redis }: IdleRun): void {
  const all = (100 * (own + redis)).toFixed(1);
  place.say(`  idle  ${streams} streams, ${sets} sets  ${who.padEnd(36)} ${all} % of a core`);
}

async function untilIdle(place: BenchEnvironment, fleet: BenchFleet): Promise<void> {
  const { settleSeconds } = place.sizes.idle;
  const deadline = performance.now() + 1000 * settleSeconds;
  const total = ({ scheduler, worker, redis }: Shares) => scheduler + worker + redis;
  let last = Number.POSITIVE_INFINITY;
  while (performance.now() < deadline) {
    const sample = Math.min(SAMPLE_SECONDS, settleSeconds);
    const before = (await fleet.counts()).jobs;
    const now = total(await shares(place, fleet, sample));
    const jobs = (await fleet.counts()).jobs - before;
    if (jobs <= RESTING_JOBS_PER_SEC * sample && now >= FALLING * last) return;
    last = now;
  }
}

async function shares(place: BenchEnvironment, fleet: BenchFleet, seconds: number): Promise<Shares> {
  const [endScheduler, endWorker] = await Promise.all([
    meter({ ours: fleet.pidsOf('scheduler'), redis: place.redisServer.pid, mongo: undefined }),
    meter({ ours: fleet.pidsOf('worker'), redis: undefined, mongo: undefined }),
  ]);
  await sleep(1000 * seconds, undefined, { signal: place.signal });
  const [ofScheduler, ofWorker] = await Promise.all([endScheduler(), endWorker()]);
  return {
    scheduler: ofScheduler.cpu / ofScheduler.seconds,
    worker: ofWorker.cpu / ofWorker.seconds,
    redis: (ofScheduler.redisCpu ?? 0) / ofScheduler.seconds,
    peakBytes: ofScheduler.peakBytes + ofWorker.peakBytes,
  };
}
