import { describe, expect, it } from 'vitest';
import { FAULTS, FAULT_KINDS as kinds } from '../src/chaos/faults.js';
import { planFaults } from '../src/chaos/plan-faults.js';

describe('a plan of faults', () => {
  it('is the same for the same seed and length', () => {
    expect(planFaults(42, 300_000)).toEqual(planFaults(42, 300_000));
  });

  it('differs for another seed', () => {
    const orders = [1, 2, 3, 4].map((seed) =>
      planFaults(seed, 60_000)
        .map(({ kind }) => kind)
        .join(),
    );
    expect(new Set(orders).size).toBe(4);
  });

  it.each([0, 1, 7, 2 ** 32 - 1])('has each kind of fault within a minute, with seed %d', (seed) => {
    const met = new Set(planFaults(seed, 60_000, true).map(({ kind }) => kind));
    expect(kinds.filter((kind) => !met.has(kind))).toEqual([]);
  });

  it('has each kind once before any occurs again', () => {
    const plan = planFaults(5, 600_000, true);
    for (let at = 0; at + kinds.length <= plan.length; at += kinds.length)
      expect(new Set(plan.slice(at, at + kinds.length).map(({ kind }) => kind)).size).toBe(kinds.length);
  });

  it('has its steps in order, within the load, each with a duration of its kind', () => {
    const plan = planFaults(9, 120_000);
    const times = plan.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(120_000);
    for (const { kind, forMs, pick } of plan) {
      const [least, most] = FAULTS[kind].lasts;
      expect(forMs >= least && forMs <= most && pick >= 0 && pick < 1).toBe(true);
    }
  });
});
