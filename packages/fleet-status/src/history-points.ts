import type { FleetSample, KeySample } from '@redis-to-mongo/mongo-sink';
import { groupBy } from '@redis-to-mongo/pipeline';

/** The ranges of a history, in ms. */
export const HISTORY_RANGES = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;
/** The name of a range. */
export type HistoryRange = keyof typeof HISTORY_RANGES;

/**
 * Maximum number of points in a chart: one per minute for an hour, per 2 minutes for a day, per 14 minutes
 * for a week.
 */
const MOST_POINTS = 720;

/** Reduces the fleet's samples to the points of a chart. Each point has the worst of each number. */
export function historyPoints(samples: readonly FleetSample[], range: HistoryRange): readonly FleetSample[] {
  return grouped(samples, range).map((group) => ({
    ...worstSample(group),
    dead: most(group.map(({ dead }) => dead)),
  }));
}

/** Merges samples of the fleet into one, at the time of the first sample, with the worst of each number. */
export function worstSample(
  group: readonly [Omit<FleetSample, 'dead'>, ...Omit<FleetSample, 'dead'>[]],
): Omit<FleetSample, 'dead'> {
  const worst = (name: Exclude<keyof FleetSample, 'at' | 'level' | 'dead'>) =>
    most(group.map((each) => each[name]));
  const [first] = group;
  return {
    at: first.at,
    level: group.find(({ level }) => level === 'broken')?.level ?? first.level,
    behindMs: worst('behindMs'),
    lag: worst('lag'),
    entriesPerSec: worst('entriesPerSec'),
    keysPerSec: worst('keysPerSec'),
    due: worst('due'),
    waiting: worst('waiting'),
    // For workers and schedulers, fewer is worse.
    workers: least(group.map(({ workers }) => workers)),
    schedulers: least(group.map(({ schedulers }) => schedulers)),
    lost: worst('lost'),
  };
}

/** A sample of a key, with the entries read per second since the sample before. */
export type KeyPoint = Pick<KeySample, 'at' | 'lag' | 'gap' | 'dead'> & {
  readonly entriesPerSec: number | null;
};

/** Reduces a key's samples to the points of a chart. After a new incarnation, entries count from 0. */
export function keyPoints(samples: readonly KeySample[], range: HistoryRange): readonly KeyPoint[] {
  let before: KeySample | undefined;
  return grouped(samples, range).map((group) => {
    const last = group.at(-1) ?? group[0];
    const ms = before ? last.at.getTime() - before.at.getTime() : 0;
    const read = before ? Math.max(0, last.seen - before.seen) : 0;
    before = last;
    return {
      at: group[0].at,
      lag: Math.max(...group.map(({ lag }) => lag)),
      gap: last.gap,
      dead: last.dead,
      entriesPerSec: ms > 0 ? Math.round((read * 10_000) / ms) / 10 : null,
    };
  });
}

function grouped<Sample extends { readonly at: Date }>(
  samples: readonly Sample[],
  range: HistoryRange,
): readonly (readonly [Sample, ...Sample[]])[] {
  const ms = Math.max(60_000, HISTORY_RANGES[range] / MOST_POINTS);
  return [...groupBy(samples, ({ at }) => Math.floor(at.getTime() / ms)).values()];
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}
