import { type BenchContext, BenchEnvironment } from './bench-environment.js';
import type { BenchOptions, Part } from './bench-options.js';
import { type BenchResult, FLEET, type Row } from './bench-result.js';
import type { BenchSizes } from './bench-sizes.js';
import {
  type Chosen,
  chooseContestants,
  fleetAlone,
  sinkContestants,
} from './contestants/choose-contestants.js';
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
import { measureManyKeys } from './parts/many-keys.js';
import { measureStreams } from './parts/streams.js';
import { measureValues, otherLoads, setLoad } from './parts/values.js';
import { spreadOf } from './report/figures.js';
import { rates } from './report/rows.js';

/** Measures each part, and adds its rows to the environment. */
const MEASURE: Readonly<Record<Part, (bench: BenchEnvironment, chosen: Chosen) => Promise<void>>> = {
  throughput: (bench, { contestants }) =>
    measureStreams(bench, bench.sizes.throughput, contestants, () => openMongoTarget(bench)),
  sink: async (bench) => {
    const { sink, sinkLong } = bench.sizes;
    await measureStreams(bench, sink, sinkContestants, openAckTarget);
    await measureStreams(bench, sinkLong ? [sinkLong] : [], [fleetAlone], openAckTarget);
  },
  sets: (bench) => measureValues(bench, [setLoad(bench.sizes)]),
  types: (bench) => measureValues(bench, otherLoads(bench.sizes)),
  'many-keys': measureManyKeys,
  latency: (bench, { followers }) => measureLatency(bench, followers, ratesOf(bench.sizes, bench.rows)),
  kill: (bench, { followers }) => measureKills(bench, followers),
  changes: measureChanges,
  'feed-cost': measureFeedCost,
  'catch-up': measureCatchUp,
  discovery: measureDiscovery,
  idle: (bench, { followers }) => measureIdle(bench, followers),
  'idle-mixed': measureIdleMixed,
};

/**
 * Runs the chosen parts, one after another. Everything it opens stays open until the caller closes `closing`.
 * A failed measurement is listed in the result's `failures`; the others continue.
 * @throws LocalStackError if a server cannot be started; any error once the signal has aborted.
 */
export async function runBench(options: BenchOptions, context: BenchContext): Promise<BenchResult> {
  const bench = await BenchEnvironment.open(options, context);
  const machine = await describeMachine(bench);
  const chosen = await chooseContestants();
  for (const part of options.parts) await bench.run(part, () => MEASURE[part](bench, chosen));
  const { rows, times, failures, sizes } = bench;
  const { size, repetitions = sizes.repetitions, parts } = options;
  return { machine, size, repetitions, parts, times, rows, notes: chosen.notes, failures };
}

/** The steady rate, and half of the fleet's throughput on several streams, if that was measured. */
function ratesOf({ latency: { perSec, streams } }: BenchSizes, rows: readonly Row[]) {
  const reached = rows.filter(
    ({ part, who, load }) => part === 'throughput' && who === FLEET && !load.startsWith('1 ×'),
  );
  const first = rates(reached.filter(({ load }) => load === reached[0]?.load));
  const steady = { load: `${perSec}/s over ${streams} streams`, perSec };
  if (first.length === 0) return [steady];
  return [steady, { load: `half of the throughput`, perSec: Math.round(spreadOf(first).median / 2) }];
}
