import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import type { DiscoveryRun } from '../bench-result.js';
import { fillStreams } from '../fill-streams.js';

/** How long it takes until each of many new keys, which are there in one instant, has its job scheduler. */
export async function measureDiscovery(bench: BenchEnvironment): Promise<DiscoveryRun[]> {
  const { keys } = bench.sizes.discovery;
  const runs: DiscoveryRun[] = [];
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    const seconds = await bench.attempt('discovery', () => runOnce(bench, keys));
    if (seconds === undefined) continue;
    bench.say(`  discovery  ${keys} new keys #${repetition}  all scheduled after ${seconds.toFixed(2)} s`);
    runs.push({ keys, repetition, seconds });
  }
  return runs;
}

async function runOnce(bench: BenchEnvironment, keys: number): Promise<number> {
  await bench.clear();
  await fillStreams(bench.staging, { streams: keys, entries: 1 });
  await using target = await bench.openTarget();
  await using fleet = await BenchFleet.start(bench, target);
  const begin = performance.now();
  await bench.show();
  await fleet.untilScheduled(keys, bench.queueRedisUrl);
  const seconds = (performance.now() - begin) / 1000;
  await fleet.untilMoved('stream', keys);
  return seconds;
}
