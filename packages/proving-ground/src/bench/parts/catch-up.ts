import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import type { Run } from '../bench-result.js';
import { caseName } from '../bench-sizes.js';
import { checkCount } from '../check-mirror.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';
import { printRun } from '../print-run.js';

/** How long a fleet takes to drain what came while its workers were stopped, from the instant at which they are started. */
export async function measureCatchUp(place: BenchEnvironment): Promise<Run[]> {
  const runs: Run[] = [];
  for (let repetition = 1; repetition <= place.repetitions; repetition++)
    for (const workers of place.sizes.catchUp.workers) {
      const caught = await place.attempt(`catch-up, ${workers} workers`, () => runOnce(place, workers));
      if (!caught) continue;
      const run = { ...caught, repetition };
      printRun(place, run);
      runs.push(run);
    }
  return runs;
}

async function runOnce(place: BenchEnvironment, workers: number): Promise<Omit<Run, 'repetition'>> {
  const load = place.sizes.catchUp;
  const backlog = load.streams * load.entries;
  await place.clear();
  await fillStreams(place.redis, { streams: load.streams, entries: 1 });
  await using target = await openMongoTarget(place);
  await using fleet = await BenchFleet.start(place, target);
  await fleet.untilMoved('stream', load.streams);
  await fleet.stopWorkers();
  await fillStreams(place.redis, load);
  const end = await place.meter(fleet.pidsOf('scheduler'), target);
  await fleet.addWorkers(workers);
  await fleet.untilMoved('stream', backlog);
  const usage = await end(fleet.pidsOf('worker'));
  await checkCount(target, backlog + load.streams);
  const who = workers === 1 ? '1 worker' : `${workers} workers`;
  return { part: 'catch-up', load: caseName(load), who, entries: backlog, ...usage };
}
