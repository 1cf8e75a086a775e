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
  const groups = {
    ...{ scheduler: fleet.pidsOf('scheduler'), worker: fleet.pidsOf('worker') },
    ...{ own: fleet.pids, redis: pidsOf(place.redisServer) },
  };
  const note = async (facts: Pick<IdleRun, 'streams' | 'sets'>) => {
    await untilIdle(place, fleet, groups);
    for (let repetition = 1; repetition <= place.repetitions; repetition++) {
      const used = await measureGroups(place, groups, place.sizes.idle.seconds);
      const parts = { scheduler: used.of('scheduler').share, worker: used.of('worker').share };
      noteRun(place, runs, { ...facts, who: FLEET, repetition, ...parts, ...sharesOf(used) });
    }
  };
  await fleet.untilMoved('stream', streams);
  await note({ streams, sets: 0 });
  const members = Array.from({ length: MEMBERS }, (_, n) => `member-${n}`);
  await runPipelines(place.redis, sets, (pipeline, i) => pipeline.sadd(`idle-set-${i}`, members));
  await fleet.untilMoved('set', sets);
  await note({ streams, sets });
}

async function measureOther(
  place: BenchEnvironment,
  follower: Follower,
  streams: number,
  runs: IdleRun[],
): Promise<void> {
  const { seconds, settleSeconds } = place.sizes.idle;
  await place.clear();
  await fillStreams(place.redis, { streams, entries: 1 });
  await using target = await openMongoTarget(place);
  await using following = await startFollowing(place, follower, target, streams);
  const groups = { own: following.pids, redis: pidsOf(place.redisServer) };
  await measureGroups(place, groups, Math.min(SETTLE_SECONDS, settleSeconds)); // it comes to rest
  for (let repetition = 1; repetition <= place.repetitions; repetition++) {
    const used = sharesOf(await measureGroups(place, groups, seconds));
    noteRun(place, runs, { streams, sets: 0, who: follower.who, repetition, ...used });
  }
}

function sharesOf({ of }: Measured<'own' | 'redis'>) {
  const { share: own, peakBytes } = of('own');
  return { own, redis: of('redis').share, peakBytes };
}

function noteRun(place: BenchEnvironment, runs: IdleRun[], run: IdleRun): void {
  const { streams, sets, who, own, redis } = run;
  const all = (100 * (own + redis)).toFixed(1);
  place.say(`  idle  ${streams} streams, ${sets} sets  ${who.padEnd(36)} ${all} % of a core`);
  runs.push(run);
}
