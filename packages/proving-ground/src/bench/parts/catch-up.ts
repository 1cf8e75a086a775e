import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import type { Figures } from '../bench-result.js';
import { caseName } from '../bench-sizes.js';
import { checkCount } from '../check-mirror.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';

/**
 * Measures how long workers take, from their start, to drain a backlog that was written while no worker ran.
 */
export async function measureCatchUp(bench: BenchEnvironment): Promise<void> {
  const load = caseName(bench.sizes.catchUp);
  for (let repetition = 1; repetition <= bench.repetitions; repetition++)
    for (const workers of bench.sizes.catchUp.workers) {
      const who = workers === 1 ? '1 worker' : `${workers} workers`;
      await bench.measure({ load, who, repetition }, () => catchUp(bench, workers));
    }
}

async function catchUp(bench: BenchEnvironment, workers: number): Promise<Figures> {
  const load = bench.sizes.catchUp;
  const backlog = load.streams * load.entries;
  await bench.clear();
  await fillStreams(bench.redis, { streams: load.streams, entries: 1 });
  await using target = await openMongoTarget(bench);
  await using fleet = await BenchFleet.start(bench, target);
  await fleet.untilMoved('stream', load.streams);
  await fleet.stopWorkers();
  await fillStreams(bench.redis, load);
  const end = await bench.meter(fleet.pidsOf('scheduler'), target);
  await fleet.addWorkers(workers);
  await fleet.untilMoved('stream', backlog);
  const usage = await end(fleet.pidsOf('worker'));
  await checkCount(target, backlog + load.streams);
  return { entries: backlog, ...usage };
}
