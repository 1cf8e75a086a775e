import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../src/byte-budget.js';

describe('the byte budget', () => {
  it('lets reads wait, in order, until there is room', async () => {
    const budget = new ByteBudget(100);
    const first = await budget.reserve(80);
    const order: string[] = [];
    const large = budget.reserve(90).then((held) => {
      order.push('large');
      return held;
    });
    const small = budget.reserve(5).then((held) => {
      order.push('small');
      return held;
    });
    await Promise.resolve();
    expect(order).toEqual([]);
    first.release();
    (await large).release();
    (await small).release();
    expect(order).toEqual(['large', 'small']);
    expect(budget.held).toBe(0);
  });

  it('lets one read that is larger than all go alone', async () => {
    const budget = new ByteBudget(10);
    const held = await budget.reserve(1000);
    expect(budget.held).toBe(1000);
    held.release();
    held.release();
    expect(budget.held).toBe(0);
  });

  it('never gives out more than its limit to reads that fit, and always serves all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }), async (sizes) => {
        const budget = new ByteBudget(100);
        let served = 0;
        await Promise.all(
          sizes.map(async (bytes) => {
            const held = await budget.reserve(bytes);
            expect(budget.held).toBeLessThanOrEqual(100);
            await Promise.resolve();
            held.release();
            served++;
          }),
        );
        expect([served, budget.held]).toEqual([sizes.length, 0]);
      }),
    );
  });
});
