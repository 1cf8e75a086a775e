import { placeOf } from '@redis-to-mongo/pipeline';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planKeys } from '../src/generator/plan-keys.js';

describe('the plan of a run', () => {
  it('has main streams, info streams and metadata sets by the naming convention', () => {
    const plan = planKeys({ messages: 1_000, streams: 40, sets: 60, values: 0 });
    const places = plan.streams.map(({ key }) => placeOf(key, ':info:'));
    expect(places.filter(({ type }) => type === 'main')).toHaveLength(20);
    expect(places.filter(({ type }) => type === 'audit')).toHaveLength(20);
    expect(plan.streams[0]?.key).toBe('orders');
    expect(plan.streams[20]?.key).toBe('orders:info:audit');
    expect(plan.sets[0]?.key).toBe('orders:info:tags');
  });

  it('divides exactly the requested messages among distinct keys', () => {
    const sizes = fc
      .record({
        streams: fc.integer({ min: 1, max: 300 }),
        sets: fc.integer({ min: 0, max: 300 }),
        more: fc.nat(50_000),
      })
      .map(({ streams, sets, more }) => ({ streams, sets, messages: 2 * streams + more, values: 0 }));
    fc.assert(
      fc.property(sizes, (size) => {
        const plan = planKeys(size);
        expect(plan.streams).toHaveLength(size.streams);
        expect(plan.sets).toHaveLength(size.sets);
        const keys = [...plan.streams, ...plan.sets].map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(plan.streams.reduce((sum, { messages }) => sum + messages, 0)).toBe(size.messages);
        expect(Math.min(...plan.streams.map(({ messages }) => messages))).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: 50 },
    );
  });
});
