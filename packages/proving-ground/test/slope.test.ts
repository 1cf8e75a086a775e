import { describe, expect, it } from 'vitest';
import { seededRandom } from '../src/generator/random.js';
import { metricIn } from '../src/soak/process-series.js';
import { judgeTrend, type Sample } from '../src/soak/slope.js';

const TOLERANCE = { growth: 5, share: 0.1 };
const MINUTE = 60_000;

/** A sample every 10 s. */
function series(minutes: number, valueAt: (minute: number, i: number) => number): Sample[] {
  return Array.from({ length: minutes * 6 }, (_, i) => ({
    atMs: 1_000_000 + i * 10_000,
    value: valueAt((i * 10_000) / MINUTE, i),
  }));
}

describe('the judgment of a series', () => {
  it('calls noise around a level steady', () => {
    const random = seededRandom(1);
    expect(
      judgeTrend(
        series(60, () => 100 + 30 * random()),
        TOLERANCE,
      ).verdict,
    ).toBe('steady');
  });

  it('finds a leak under noise larger than itself, and reports its rate', () => {
    const random = seededRandom(2);
    const trend = judgeTrend(
      series(60, (minute) => 100 + minute + 30 * random()),
      TOLERANCE,
    );
    expect(trend.verdict).toBe('grows');
    expect(trend.perHour).toBeGreaterThan(50);
    expect(trend.perHour).toBeLessThan(70);
  });

  it('does not take the sawtooth of a collected heap for growth', () => {
    const teeth = (minute: number) => 60 + 40 * ((minute / 3) % 1);
    expect(judgeTrend(series(60, teeth), TOLERANCE).verdict).toBe('steady');
    expect(
      judgeTrend(
        series(60, (minute) => teeth(minute) + minute),
        TOLERANCE,
      ).verdict,
    ).toBe('grows');
  });

  it('ignores the warm-up and single peaks', () => {
    const warmUp = (minute: number) => 100 * (1 - Math.exp(-minute / 4));
    expect(judgeTrend(series(60, warmUp), TOLERANCE).verdict).toBe('steady');
    const peaks = (_: number, i: number) => (i % 50 === 49 ? 1_000 : 100);
    expect(judgeTrend(series(60, peaks), TOLERANCE).verdict).toBe('steady');
  });

  it('finds a count that sometimes goes up by one', () => {
    expect(
      judgeTrend(
        series(60, (minute) => 20 + Math.floor(minute / 4)),
        TOLERANCE,
      ).verdict,
    ).toBe('grows');
  });

  it('accepts growth within the tolerance, and falling values', () => {
    expect(
      judgeTrend(
        series(60, (minute) => 100 + minute / 20),
        TOLERANCE,
      ).verdict,
    ).toBe('steady');
    expect(
      judgeTrend(
        series(60, (minute) => 500 - minute),
        TOLERANCE,
      ).verdict,
    ).toBe('steady');
  });

  it('is not possible with too few samples', () => {
    expect(
      judgeTrend(
        series(2, (minute) => minute),
        TOLERANCE,
      ).verdict,
    ).toBe('too short to judge');
    expect(judgeTrend([], TOLERANCE)).toEqual({
      verdict: 'too short to judge',
      perHour: 0,
      from: 0,
      to: 0,
      samples: 0,
    });
  });
});

it('a metric is found with and without labels', () => {
  const text = '# HELP a_b c\na_b_total 7\na_b{app="worker"} 1.5e3\n';
  expect(metricIn(text, 'a_b')).toBe(1500);
  expect(metricIn(text, 'a_b_total')).toBe(7);
  expect(metricIn(text, 'b')).toBeUndefined();
});
