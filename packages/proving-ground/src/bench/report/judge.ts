import type { Part } from '../bench-options.js';
import { type BenchResult, DOCUMENT_FLEET, FLEET, LIMIT, ORDINARY_FLEET, type Run } from '../bench-result.js';
import { caseName, SIZES } from '../bench-sizes.js';
import { valuesOf } from './figures.js';
import { changeGoals, feedGoals, idleGoals, idleMixedGoals, killGoals } from './following-goals.js';
import { atLeast, atMost, type Goal } from './goal.js';
import { listsGoals } from './lists-table.js';
import { manyKeysGoals } from './many-keys-goals.js';
import { perMillion, rates, ratios } from './run-groups.js';

const STEADY_LOAD = '/s over ';

/** Finds the runs of someone on a load, in one part. */
type RunsOf = (who: string, load: string) => readonly Run[];

/** The goals about which something was measured, ratios to the limit first. */
export function goalsOf(result: BenchResult): Goal[] {
  const { runs, latency, discovery } = result;
  const { throughput, sinkLong } = SIZES[result.size];
  const [single = '', some = '', many = ''] = throughput.map(caseName);
  const inPart = (part: Part) => (who: string, load: string) =>
    runs.filter((run) => run.part === part && run.load === load && run.who === who);
  const [moved, acknowledged] = [inPart('throughput'), inPart('sink')];
  const steady = latency.filter(({ load, who }) => who === FLEET && load.includes(STEADY_LOAD));
  const shares = steady.map(({ share }) => 100 * share);
  const manyToSingle = ratios(moved(FLEET, many), moved(FLEET, single), rates);
  const long = sinkLong ? caseName(sinkLong) : '';
  const longRates = rates(acknowledged(FLEET, long));
  return [
    ...ofLimit(moved, single, ''),
    ...ofLimit(moved, some, ''),
    ...atLeast(0.5, '×', `${many}: entries per second, relative to ${single}`, manyToSingle),
    ...ofLimit(acknowledged, single, ', sink that only acknowledges'),
    ...ofLimit(acknowledged, some, ', sink that only acknowledges'),
    ...ofDirectPath(acknowledged, single),
    ...ofDirectPath(acknowledged, some),
    ...atLeast(250_000, 'per second', `${long}: entries, sink that only acknowledges`, longRates),
    ...manyKeysGoals(result),
    ...listsGoals(result),
    ...atMost(7, 'ms', 'latency p50 at the steady rate', valuesOf(steady, 'p50')),
    ...atMost(13, 'ms', 'latency p99 at the steady rate', valuesOf(steady, 'p99')),
    ...atMost(30, '% of a core', 'CPU of our processes at the steady rate', shares),
    ...killGoals(result),
    ...changeGoals(result),
    ...feedGoals(result),
    ...idleGoals(result.idle),
    ...idleMixedGoals(result.idleMixed),
    ...atMost(10, 's', 'all new keys scheduled', valuesOf(discovery, 'seconds')),
  ];
}

function ofLimit(of: RunsOf, load: string, where: string): Goal[] {
  const [ours, limit] = [of(FLEET, load), of(LIMIT, load)];
  const name = (what: string) => `${load}: ${what}, relative to the limit${where}`;
  return [
    ...atLeast(0.85, '×', name('entries per second'), ratios(ours, limit, rates)),
    ...atMost(0.6, '×', name('CPU per entry'), ratios(ours, limit, perMillion)),
  ];
}

/**
 * What the direct path is for: less CPU than the ordinary one, and than a bare loop in Go (0.6 of the limit's); also for documents as an
 * application would have written them.
 */
function ofDirectPath(of: RunsOf, load: string): Goal[] {
  const ours = of(FLEET, load);
  const toOrdinary = ratios(ours, of(ORDINARY_FLEET, load), perMillion);
  const toDefault = ratios(of(DOCUMENT_FLEET, load), ours, perMillion);
  const cpu = `${load}: CPU per entry`;
  return [
    ...atMost(0.33, '×', `${cpu}, relative to the ordinary path`, toOrdinary),
    ...atMost(1.05, '×', `${cpu} in the shape document, relative to the default one`, toDefault),
  ];
}
