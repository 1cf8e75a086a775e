import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import type { DiscoveryRun } from '../bench-result.js';
import { fillStreams } from '../fill-streams.js';

/** How long it takes until each of many new keys, which are there in one instant, has its job scheduler. */
export async function measureDiscovery(place: BenchEnvironment): Promise<DiscoveryRun[]> {
  const { keys } = place.sizes.discovery;
  const runs: DiscoveryRun[] = [];
  for (let repetition = 1; repetition <= place.repetitions; repetition++) {
    const seconds = await place.attempt('discovery', () => runOnce(place, keys));
    if (seconds === undefined) continue;
    place.say(`  discovery  ${keys} new keys #${repetition}  all scheduled after ${seconds.toFixed(2)} s`);
    runs.push({ keys, repetition, seconds });
  }
  return runs;
}

async function runOnce(place: BenchEnvironment, keys: number): Promise<number> {
  await place.clear();
  await fillStreams(place.shelf, { streams: keys, entries: 1 });
  await using target = await place.openTarget();
  await using fleet = await BenchFleet.start(place, target);
  const begin = performance.now();
  await place.show();
  await fleet.untilScheduled(keys, place.queueRedisUrl);
  const seconds = (performance.now() - begin) / 1000;
  await fleet.untilMoved('stream', keys);
  return seconds;
}
