import type { BenchPlace } from '../bench-place.js';
import type { Run } from '../bench-result.js';
import { caseName, type StreamCase } from '../bench-sizes.js';
import type { Contestant } from '../contestants/contestant.js';
import { fillStreams } from '../fill-streams.js';
import { sayRun } from '../say-run.js';

/** Each contestant on each load, in turn (A B C A B C …), and with each repetition another one first. */
export async function measureThroughput(
  place: BenchPlace,
  contestants: readonly Contestant[],
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const load of place.sizes.throughput) {
    await place.clear(true);
    await fillStreams(place.shelf, load);
    for (let repetition = 1; repetition <= place.repetitions; repetition++)
      for (const contestant of rotated(contestants, repetition - 1))
        runs.push(await runOnce(place, contestant, load, repetition));
  }
  await place.clear(true);
  return runs;
}

async function runOnce(
  place: BenchPlace,
  contestant: Contestant,
  load: StreamCase,
  repetition: number,
): Promise<Run> {
  place.signal.throwIfAborted();
  const target = await place.openTarget();
  try {
    const { ours, redis, mongo, ...feat } = await contestant.run(place, target, load, repetition === 1);
    const run: Run = {
      part: 'throughput',
      load: caseName(load),
      who: contestant.who,
      repetition,
      cpu: ours,
      redisCpu: redis,
      mongoCpu: mongo,
      ...feat,
    };
    sayRun(place, run);
    return run;
  } finally {
    await target.close();
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, i) => items[(i + by) % items.length]).filter((item) => item !== undefined);
}
