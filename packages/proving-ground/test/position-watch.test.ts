import { describe, expect, it } from 'vitest';
import { PositionWatch } from '../src/chaos/position-watch.js';

const at = (revision: number, incarnation: number, entryId: string) => ({
  _id: 'orders',
  revision,
  incarnation,
  position: { entryId },
});

describe('the watch over positions', () => {
  it('has nothing to say about keys that move forward, also into their next life', () => {
    const watch = new PositionWatch();
    watch.take([at(1, 1, '5-0')]);
    watch.take([at(2, 1, '5-1')]);
    watch.take([at(2, 1, '5-1')]);
    watch.take([at(3, 2, '1-0')]);
    expect(watch.problems).toEqual([]);
    expect(watch.reads).toBe(4);
  });

  it.each([
    ['a position', at(3, 1, '9-0'), 'orders: position 10-0, then 9-0'],
    ['a revision', at(1, 1, '10-0'), 'orders: revision 2, then 1'],
    ['an incarnation', at(3, 0, '10-0'), 'orders: incarnation 1, then 0'],
  ])('reports %s that went back', (_, later, problem) => {
    const watch = new PositionWatch();
    watch.take([at(2, 1, '10-0')]);
    watch.take([later]);
    expect(watch.problems).toEqual([problem]);
  });

  it('reports a document that vanished, and of a position that did', () => {
    const watch = new PositionWatch();
    watch.take([at(2, 1, '10-0')]);
    watch.take([{ _id: 'orders', revision: 3, incarnation: 1, position: null }]);
    watch.take([]);
    expect(watch.problems).toEqual([
      'orders: position 10-0, then none',
      'orders: its document in "keys" has vanished',
    ]);
  });
});
