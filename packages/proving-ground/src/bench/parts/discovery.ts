import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { FLEET } from '../bench-result.js';
import { fillStreams } from '../fill-streams.js';
import { figure } from '../report/figures.js';

/** Measures the time from when many new keys appear at once until each has its job scheduler. */
export async function measureDiscovery(bench: BenchEnvironment): Promise<void> {
  const { keys } = bench.sizes.discovery;
  for (let repetition = 1; repetition <= bench.repetitions; repetition++)
    await bench.measure({ load: figure(keys), who: FLEET, repetition }, async () => ({
      seconds: await untilScheduled(bench, keys),
    }));
}

async function untilScheduled(bench: BenchEnvironment, keys: number): Promise<number> {
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
