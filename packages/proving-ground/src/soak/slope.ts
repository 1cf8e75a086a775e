import { medianOf } from '../bench/report/figures.js';

/** One measurement: its time, in ms, and its value. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** The growth that does not count as a leak; the larger of the two. */
export interface Tolerance {
  /** Growth over the judged time, in the series' unit. */
  readonly growth: number;
  /** Growth as a share of the series' median. */
  readonly share: number;
}

export interface Trend {
  readonly verdict: 'steady' | 'grows' | 'too short to judge';
  /** In the series' unit per hour. */
  readonly perHour: number;
  /** Median of the first and of the last tenth of the judged samples. */
  readonly from: number;
  readonly to: number;
  /** Samples that were judged. */
  readonly samples: number;
}

const HOUR_MS = 3_600_000;
/** The share of the time during which a process still fills its caches and compiles its code. */
const WARM_UP = 0.3;
/** Fewest samples after the warm-up that allow a judgment. */
const LEAST_SAMPLES = 20;
/** A longer series is thinned out evenly to this many samples, because each pair is compared. */
const MOST_SAMPLES = 600;
/** The normal distribution's quantile for a two-sided confidence of 99 %. */
const Z = 2.576;

/**
 * Judges whether a series grows, by the median of the slopes of all pairs (Theil and Sen), which is robust
 * against single peaks. A series grows if its slope is above zero with 99 % confidence, the growth by this
 * slope exceeds the tolerance, and its end exceeds its beginning by more than half of the tolerance.
 * Source: P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.
 */
export function judgeTrend(series: readonly Sample[], tolerance: Tolerance): Trend {
  const [first, last] = [series[0]?.atMs ?? 0, series.at(-1)?.atMs ?? 0];
  const from = first + WARM_UP * (last - first);
  const judged = thinned(series.filter(({ atMs }) => atMs >= from));
  const values = judged.map(({ value }) => value);
  const tenth = Math.max(1, Math.floor(judged.length / 10));
  const slopes = slopesOf(judged);
  const slope = median(slopes);
  const trend = {
    perHour: slope * HOUR_MS,
    from: median(values.slice(0, tenth)),
    to: median(values.slice(-tenth)),
    samples: judged.length,
  };
  if (judged.length < LEAST_SAMPLES) return { verdict: 'too short to judge', ...trend };
  const growth = slope * (last - from);
  const allowed = Math.max(tolerance.growth, tolerance.share * median(values));
  const isSure = lowerBound(slopes, judged.length) > 0 && trend.to - trend.from > allowed / 2;
  return { verdict: isSure && growth > allowed ? 'grows' : 'steady', ...trend };
}

/** The slopes of all pairs, ascending. */
function slopesOf(samples: readonly Sample[]): number[] {
  const slopes: number[] = [];
  for (const [i, a] of samples.entries())
    for (const b of samples.slice(i + 1))
      if (b.atMs > a.atMs) slopes.push((b.value - a.value) / (b.atMs - a.atMs));
  return slopes.sort((a, b) => a - b);
}

/** The lower end of the slope's confidence interval, by the variance of Kendall's statistic for n samples. */
function lowerBound(slopes: readonly number[], n: number): number {
  const spread = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const rank = Math.floor((slopes.length - spread) / 2);
  return rank < 0 ? Number.NEGATIVE_INFINITY : (slopes[rank] ?? Number.NEGATIVE_INFINITY);
}

function thinned(series: readonly Sample[]): Sample[] {
  const step = Math.max(1, series.length / MOST_SAMPLES);
  return series.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

/** The median; 0 if there are no values. */
function median(values: readonly number[]): number {
  return medianOf(values) ?? 0;
}
