import { setTimeout as sleep } from 'node:timers/promises';
import { openRedis } from '../../program/open-redis.js';
import { ProvingError } from '../../proving-error.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import type { DiscoveryRun } from '../bench-result.js';
import { fillStreams } from '../fill-streams.js';

const POLL_MS = 20;
const GIVE_UP_MS = 120_000;

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
  const queue = openRedis(place.queueRedisUrl);
  try {
    const begin = performance.now();
    await place.show();
    while ((await queue.zcard('{bench}:sync:repeat')) < keys) {
      if (performance.now() - begin > GIVE_UP_MS)
        throw new ProvingError('PROVING_STALLED', `${keys} new keys were not all scheduled in two minutes`);
      await sleep(POLL_MS, undefined, { signal: place.signal });
    }
    const seconds = (performance.now() - begin) / 1000;
    await fleet.untilMoved('stream', keys);
    return seconds;
  } finally {
    queue.disconnect();
  }
}
