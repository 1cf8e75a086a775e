import { BenchFleet } from '../bench-fleet.js';
import type { BenchPlace } from '../bench-place.js';
import { BenchProcess, numberIn, numbersIn } from '../bench-process.js';
import type { LatencyRun } from '../bench-result.js';
import { checkCount } from '../check-mirror.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';
import { percentile } from '../statistics.js';
import { meter } from '../usage-meter.js';

/**
 * From XADD to readable in MongoDB, at a steady rate over streams that the fleet has synced already.
 * @param rates entries a second, with a name each.
 */
export async function measureLatency(
  place: BenchPlace,
  rates: readonly { readonly load: string; readonly perSec: number }[],
): Promise<LatencyRun[]> {
  const runs: LatencyRun[] = [];
  for (let repetition = 1; repetition <= place.repetitions; repetition++)
    for (const { load, perSec } of rates) {
      place.signal.throwIfAborted();
      const run = { load, repetition, ...(await runOnce(place, perSec)) };
      const ms = [run.p50, run.p90, run.p99].map((value) => value.toFixed(1)).join(' / ');
      const share = (100 * run.share).toFixed(0);
      place.say(`  latency  ${load.padEnd(30)} #${repetition}  ${ms} ms, ${share} % of a core`);
      runs.push(run);
    }
  return runs;
}

async function runOnce(place: BenchPlace, perSec: number): Promise<Omit<LatencyRun, 'load' | 'repetition'>> {
  const { streams, seconds, warmUpSeconds } = place.sizes.latency;
  await place.clear(true);
  await fillStreams(place.redis, { streams, entries: 1 });
  const target = await openMongoTarget(place);
  const fleet = await BenchFleet.start(place, target);
  const { process } = await BenchProcess.start('latency', {
    ...{ redisUrl: place.redisServer.url, mongoUri: target.uri, dbName: target.dbName },
    ...{ streams, perSec, seconds, warmUpSeconds },
  });
  try {
    await fleet.untilMoved('stream', streams);
    process.tell('go');
    await process.report(); // it is warm
    const end = await meter({ ours: fleet.pids, redis: place.redisServer.pid, mongo: target.pid });
    const report = await process.report();
    const usage = await end();
    const written = numberIn(report, 'written');
    await fleet.untilMoved('stream', streams + written);
    await checkCount(target, streams + written);
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
    await process.stop();
    await fleet.stop();
    await target.close();
    await place.clear(true);
  }
}
