import type { BenchEnvironment } from '../bench-environment.js';
import { BenchProcess, numberIn, numbersIn } from '../bench-process.js';
import { FLEET, type LatencyRun } from '../bench-result.js';
import { checkCount } from '../check-mirror.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';
import type { Follower } from '../followers/follower.js';
import { untilMirrored } from '../followers/until-mirrored.js';
import { percentile } from '../statistics.js';
import { meter } from '../usage-meter.js';

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
        const ms = [run.p50, run.p90, run.p99].map((value) => value.toFixed(1)).join(' / ');
        const share = (100 * run.share).toFixed(0);
        place.say(`  latency  ${load.padEnd(24)} ${who.padEnd(36)} ${ms} ms, ${share} % of a core`);
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
  await place.clear(true);
  await fillStreams(place.redis, { streams, entries: 1 });
  const target = await openMongoTarget(place);
  const { process } = await BenchProcess.start('latency', {
    ...{ redisUrl: place.redisServer.url, mongoUri: target.uri, dbName: target.dbName },
    ...{ streams, perSec, seconds, warmUpSeconds, lookUp },
  });
  try {
    const following = await start(place, target, streams);
    try {
      process.send('go');
      await process.report(); // it is warm
      const end = await meter({ ours: following.pids, redis: place.redisServer.pid, mongo: target.pid });
      const report = await process.report();
      const usage = await end();
      const written = numberIn(report, 'written');
      const messages = written + (takesBacklog ? streams : 0);
      await untilMirrored(place, who, target, messages);
      await checkCount(target, messages);
      const waits = numbersIn(report, 'waits').sort((a, b) => a - b);
      return {
        askedPerSec: perSec,
        perSec: written / numberIn(report, 'seconds'),
        samples: waits.length,
        p50: percentile(waits, 50),
        p90: percentile(waits, 90),
        p99: percentile(waits, 99),
        share: usage.ours / usage.seconds,
      };
    } finally {
      await following.stop();
    }
  } finally {
    await process.stop();
    await target.close();
    await place.clear(true);
  }
}
