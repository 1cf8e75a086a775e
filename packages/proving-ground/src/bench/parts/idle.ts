import { runPipelines } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { FLEET, type IdleRun } from '../bench-result.js';
import { type Follower, startFollowing } from '../contestants/contestant.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';
import { type Measured, pidsOf } from '../usage-meter.js';
import { measureGroups, untilIdle } from './idle-usage.js';

/** Members of each idle set. */
const MEMBERS = 10;
/** For one whose jobs can't be counted, at most, in seconds. */
const SETTLE_SECONDS = 5;
/**
 * What a fleet and Redis use while nothing happens: with streams alone, and with sets beside them. Once all is synced, it waits until the
 * CPU share falls no more, at most as long as the sizes say; the repetitions follow each other then, since coming to rest takes most of
 * the time. With the fewest streams the others are measured, too.
 */
export async function measureIdle(
  bench: BenchEnvironment,
  followers: readonly Follower[],
): Promise<IdleRun[]> {
  const runs: IdleRun[] = [];
  const [fewest] = bench.sizes.idle.streams;
  for (const streams of bench.sizes.idle.streams) {
    await bench.attempt(`idle, ${streams} streams, ${FLEET}`, () => measureFleet(bench, streams, runs));
    if (streams === fewest)
      for (const follower of followers.filter(({ who }) => who !== FLEET))
        await bench.attempt(`idle, ${streams} streams, ${follower.who}`, () =>
          measureOther(bench, follower, streams, runs),
        );
  }
  return runs;
}

async function measureFleet(bench: BenchEnvironment, streams: number, runs: IdleRun[]): Promise<void> {
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
  const note = async (facts: Pick<IdleRun, 'streams' | 'sets'>) => {
    await untilIdle(bench, fleet, groups);
    for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
      const used = await measureGroups(bench, groups, bench.sizes.idle.seconds);
      const parts = { scheduler: used.of('scheduler').share, worker: used.of('worker').share };
      noteRun(bench, runs, { ...facts, who: FLEET, repetition, ...parts, ...sharesOf(used) });
    }
  };
  await fleet.untilMoved('stream', streams);
  await note({ streams, sets: 0 });
  const members = Array.from({ length: MEMBERS }, (_, n) => `member-${n}`);
  await runPipelines(bench.redis, sets, (pipeline, i) => pipeline.sadd(`idle-set-${i}`, members));
  await fleet.untilMoved('set', sets);
  await note({ streams, sets });
}

async function measureOther(
  bench: BenchEnvironment,
  follower: Follower,
  streams: number,
  runs: IdleRun[],
): Promise<void> {
  const { seconds, settleSeconds } = bench.sizes.idle;
  await bench.clear();
  await fillStreams(bench.redis, { streams, entries: 1 });
  await using target = await openMongoTarget(bench);
  await using following = await startFollowing(bench, follower, target, streams);
  const groups = { own: following.pids, redis: pidsOf(bench.redisServer) };
  await measureGroups(bench, groups, Math.min(SETTLE_SECONDS, settleSeconds)); // it comes to rest
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    const used = sharesOf(await measureGroups(bench, groups, seconds));
    noteRun(bench, runs, { streams, sets: 0, who: follower.who, repetition, ...used });
  }
}

function sharesOf({ of }: Measured<'own' | 'redis'>) {
  const { share: own, peakBytes } = of('own');
  return { own, redis: of('redis').share, peakBytes };
}

function noteRun(bench: BenchEnvironment, runs: IdleRun[], run: IdleRun): void {
  const { streams, sets, who, own, redis } = run;
  const all = (100 * (own + redis)).toFixed(1);
  bench.say(`  idle  ${streams} streams, ${sets} sets  ${who.padEnd(36)} ${all} % of a core`);
  runs.push(run);
}
