import type { BenchEnvironment } from '../bench-environment.js';
import { BenchProcess } from '../bench-process.js';
import { FLEET, type LatencyRun } from '../bench-result.js';
import { checkCount } from '../check-mirror.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';
import type { Follower } from '../followers/follower.js';
import { untilMirrored } from '../followers/until-mirrored.js';
import { measureWaits, sayWaits } from './measure-waits.js';

interface Rate {
  readonly load: string;
  readonly perSec: number;
}

/**
 * From XADD to readable in MongoDB, at a steady rate over streams that are there already: by each follower.
 * @param rates entries a second, with a name each; those behind the first are the fleet's alone.
 */
export async function measureLatency(
  place: BenchEnvironment,
  followers: readonly Follower[],
  rates: readonly Rate[],
): Promise<LatencyRun[]> {
  const runs: LatencyRun[] = [];
  for (let repetition = 1; repetition <= place.repetitions; repetition++)
    for (const [i, { load, perSec }] of rates.entries())
      for (const follower of followers.filter(({ who }) => i === 0 || who === FLEET)) {
        const { who } = follower;
        const measured = await place.attempt(`latency, ${load}, ${who}`, () =>
          runOnce(place, follower, perSec),
        );
        if (!measured) continue;
        const run = { load, who, repetition, ...measured };
        sayWaits(place, 'latency', run);
        runs.push(run);
      }
  return runs;
}

async function runOnce(
  place: BenchEnvironment,
  { who, lookUp, takesBacklog, start }: Follower,
  perSec: number,
): Promise<Omit<LatencyRun, 'load' | 'who' | 'repetition'>> {
  const { streams, seconds, warmUpSeconds } = place.sizes.latency;
  await place.clear();
  await fillStreams(place.redis, { streams, entries: 1 });
  await using target = await openMongoTarget(place);
  await using process = await BenchProcess.start('latency', {
    ...{ redisUrl: place.redisServer.url, mongoUri: target.uri, dbName: target.dbName },
    ...{ streams, perSec, seconds, warmUpSeconds, lookUp },
  });
  await using following = await start(place, target, streams);
  const { written, measured } = await measureWaits(place, target, following.pids, process);
  const messages = written + (takesBacklog ? streams : 0);
  await untilMirrored(place, who, target, messages);
  await checkCount(target, messages);
  return { askedPerSec: perSec, ...measured };
}
