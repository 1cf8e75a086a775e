import { describe, expect, it } from 'vitest';
import { Losses } from '../src/chaos/losses.js';
import { PositionWatch } from '../src/chaos/position-watch.js';

const at = (revision: number, incarnation: number, entryId: string) => ({
  _id: 'orders',
  revision,
  incarnation,
  position: { entryId },
});

describe('the watch over positions', () => {
  it('reports nothing about keys that move forward, even into their next incarnation', () => {
    const watch = new PositionWatch(new Losses());
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
    const watch = new PositionWatch(new Losses());
    watch.take([at(2, 1, '10-0')]);
    watch.take([later]);
    expect(watch.problems).toEqual([problem]);
  });

  it('reports a document or a position that disappeared', () => {
    const watch = new PositionWatch(new Losses());
    watch.take([at(2, 1, '10-0')]);
    watch.take([{ _id: 'orders', revision: 3, incarnation: 1, position: null }]);
    watch.take([]);
    expect(watch.problems).toEqual([
      'orders: position 10-0, then none',
      'orders: its document in "keys" has vanished',
    ]);
  });

  it('forgets what it saw before MongoDB lost data, and ignores readings during the loss', async () => {
    const losses = new Losses();
    const watch = new PositionWatch(losses);
    watch.take([at(9, 2, '9-0')]);
    const before = losses.reading();
    let during = before;
    expect(before()).toBe(true);
    await losses.during(async () => {
      during = losses.reading();
    });
    expect([before(), during(), losses.reading()()]).toEqual([false, false, true]);
    watch.take([at(1, 1, '1-0')]);
    expect(watch.problems).toEqual([]);
  });
});
