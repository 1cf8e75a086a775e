import { type BenchContext, BenchEnvironment } from './bench-environment.js';
import type { BenchOptions, Part } from './bench-options.js';
import { type BenchResult, FLEET, type PartTime, type Run } from './bench-result.js';
import type { BenchSizes } from './bench-sizes.js';
import { chooseContestants, fleetAlone, sinkContestants } from './contestants/choose-contestants.js';
import { openAckTarget, openMongoTarget } from './contestants/targets.js';
import { describeMachine } from './machine.js';
import { measureCatchUp } from './parts/catch-up.js';
import { measureChanges } from './parts/changes.js';
import { measureDiscovery } from './parts/discovery.js';
import { measureFeedCost } from './parts/feed-cost.js';
import { measureIdle } from './parts/idle.js';
import { measureIdleMixed } from './parts/idle-mixed.js';
import { measureKills } from './parts/kill.js';
import { measureLatency } from './parts/latency.js';
import { measureLists } from './parts/lists.js';
import { measureManyKeys } from './parts/many-keys.js';
import { measureStreams } from './parts/streams.js';
import { measureValues, otherLoads, setLoad } from './parts/values.js';
import { spreadOf } from './report/figures.js';

/**
 * Runs the parts that were asked for, one after the other. What it opens stays open until the caller closes `closing`.
 * A measurement that fails is among the result's failures, and loses no other.
 * @throws LocalStackError when there are no servers; anything once the signal has aborted.
 */
export async function runBench(options: BenchOptions, context: BenchContext): Promise<BenchResult> {
  const bench = await BenchEnvironment.open(options, context);
  const machine = await describeMachine(bench);
  const { contestants, followers, notes } = await chooseContestants();
  const times: PartTime[] = [];
  const wanted = async <T>(part: Part, measure: () => Promise<T[]>): Promise<T[]> => {
    if (!options.parts.includes(part)) return [];
    context.say(part);
    bench.part = part;
    const begin = performance.now();
    const measured = (await bench.attempt(part, measure)) ?? [];
    times.push({ part, seconds: (performance.now() - begin) / 1000 });
    return measured;
  };
  const { sizes } = bench;
  const runs = [
    ...(await wanted('throughput', () =>
      measureStreams(bench, 'throughput', sizes.throughput, contestants, () => openMongoTarget(bench)),
    )),
    ...(await wanted('sink', async () => [
      ...(await measureStreams(bench, 'sink', sizes.sink, sinkContestants, openAckTarget)),
      ...(await measureStreams(
        bench,
        'sink',
        sizes.sinkLong ? [sizes.sinkLong] : [],
        [fleetAlone],
        openAckTarget,
      )),
    ])),
    ...(await wanted('sets', () => measureValues(bench, [setLoad(sizes)]))),
    ...(await wanted('types', () => measureValues(bench, otherLoads(sizes)))),
  ];
  runs.push(...(await wanted('many-keys', () => measureManyKeys(bench))));
  const latency = await wanted('latency', () => measureLatency(bench, followers, ratesOf(sizes, runs)));
  const kills = await wanted('kill', () => measureKills(bench, followers));
  const changes = await wanted('changes', () => measureChanges(bench));
  const feedCosts = await wanted('feed-cost', () => measureFeedCost(bench));
  runs.push(...(await wanted('catch-up', () => measureCatchUp(bench))));
  const discovery = await wanted('discovery', () => measureDiscovery(bench));
  const idle = await wanted('idle', () => measureIdle(bench, followers));
  const idleMixed = await wanted('idle-mixed', () => measureIdleMixed(bench));
  const lists = await wanted('lists', () => measureLists(bench));
  const { size, repetitions = sizes.repetitions, parts } = options;
  const { failures } = bench;
  return {
    machine,
    size,
    repetitions,
    parts,
    times,
    failures,
    runs,
    latency,
    kills,
    feedCosts,
    changes,
    idle,
    idleMixed,
    lists,
    discovery,
    notes,
  };
}

/** The steady rate, and half of what the fleet was measured to reach on several streams, where that was measured. */
function ratesOf({ latency: { perSec, streams } }: BenchSizes, runs: readonly Run[]) {
  const reached = runs.filter(
    ({ part, who, load }) => part === 'throughput' && who === FLEET && !load.startsWith('1 ×'),
  );
  const [first] = reached;
  const rates = reached
    .filter(({ load }) => load === first?.load)
    .map(({ entries, seconds }) => entries / seconds);
  const steady = { load: `${perSec}/s over ${streams} streams`, perSec };
  if (rates.length === 0) return [steady];
  const half = Math.round(spreadOf(rates).median / 2);
  return [steady, { load: `half of the throughput`, perSec: half }];
}
