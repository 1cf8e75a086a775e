import type { Part } from '../bench-options.js';
import { type BenchResult, DOCUMENT_FLEET, FLEET, LIMIT, ORDINARY_FLEET, type Run } from '../bench-result.js';
import { caseName, SIZES } from '../bench-sizes.js';
import { valuesOf } from './figures.js';
import { changeGoals, feedGoals, idleGoals, idleMixedGoals, killGoals } from './following-goals.js';
import { type Goal, goal } from './goal.js';
import { listsGoals } from './lists-table.js';
import { manyKeysGoals } from './many-keys-goals.js';
import { perMillion, rates, ratios } from './run-groups.js';

const STEADY_LOAD = '/s over ';

/** The goals about which something was measured, ratios to the limit first. */
export function goalsOf(result: BenchResult): Goal[] {
  const [single, some, many] = SIZES[result.size].throughput.map(caseName);
  const { latency, discovery } = result;
  const steady = latency.filter(({ load, who }) => who === FLEET && load.includes(STEADY_LOAD));
  return [
    ...ofLimit(result.runs, 'throughput', single, ''),
    ...ofLimit(result.runs, 'throughput', some, ''),
    ...manyStreams(result.runs, single, many),
    ...ofLimit(result.runs, 'sink', single, ', sink that only acknowledges'),
    ...ofLimit(result.runs, 'sink', some, ', sink that only acknowledges'),
    ...ofDirectPath(result.runs, single),
    ...ofDirectPath(result.runs, some),
    ...longLoad(result),
    ...manyKeysGoals(result),
    ...listsGoals(result),
    ...goal('latency p50 at the steady rate', 'at most', 7, valuesOf(steady, 'p50'), 'ms'),
    ...goal('latency p99 at the steady rate', 'at most', 13, valuesOf(steady, 'p99'), 'ms'),
    ...goal(
      'CPU of our processes at the steady rate',
      'at most',
      30,
      steady.map(({ share }) => 100 * share),
      '% of a core',
    ),
    ...killGoals(result),
    ...changeGoals(result),
    ...feedGoals(result),
    ...idleGoals(result.idle),
    ...idleMixedGoals(result.idleMixed),
    ...goal('all new keys scheduled', 'at most', 10, valuesOf(discovery, 'seconds'), 's'),
  ];
}

function ofLimit(runs: readonly Run[], part: Part, load: string | undefined, where: string): Goal[] {
  const of = (who: string) => runs.filter((run) => run.part === part && run.load === load && run.who === who);
  const [ours, limit] = [of(FLEET), of(LIMIT)];
  return [
    ...goal(
      `${load}: entries per second, relative to the limit${where}`,
      'at least',
      0.85,
      ratios(ours, limit, rates),
      '×',
    ),
    ...goal(
      `${load}: CPU per entry, relative to the limit${where}`,
      'at most',
      0.6,
      ratios(ours, limit, perMillion),
      '×',
    ),
  ];
}

/**
 * What the direct path is for: less CPU than the ordinary one, and than a bare loop in Go (0.6 of the limit's); also for documents as an
 * application would have written them.
 */
function ofDirectPath(runs: readonly Run[], load: string | undefined): Goal[] {
  const of = (who: string) =>
    runs.filter((run) => run.part === 'sink' && run.load === load && run.who === who);
  return [
    ...goal(
      `${load}: CPU per entry, relative to the ordinary path`,
      'at most',
      0.33,
      ratios(of(FLEET), of(ORDINARY_FLEET), perMillion),
      '×',
    ),
    ...goal(
      `${load}: CPU per entry in the shape document, relative to the default one`,
      'at most',
      1.05,
      ratios(of(DOCUMENT_FLEET), of(FLEET), perMillion),
      '×',
    ),
  ];
}

function longLoad({ runs, size }: BenchResult): Goal[] {
  const { sinkLong } = SIZES[size];
  if (!sinkLong) return [];
  const load = caseName(sinkLong);
  return goal(
    `${load}: entries, sink that only acknowledges`,
    'at least',
    250_000,
    rates(runs.filter((run) => run.part === 'sink' && run.load === load)),
    'per second',
  );
}

function manyStreams(runs: readonly Run[], single: string | undefined, many: string | undefined): Goal[] {
  if (many === undefined) return [];
  const of = (load: string | undefined) =>
    runs.filter((run) => run.part === 'throughput' && run.load === load && run.who === FLEET);
  return goal(
    `${many}: entries per second, relative to ${single}`,
    'at least',
    0.5,
    ratios(of(many), of(single), rates),
    '×',
  );
}
