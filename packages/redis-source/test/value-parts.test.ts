import { Buckets, bucketOf, fineBuckets, hashedLayout, parseSlot, slotOf } from '@redis-to-mongo/pipeline';
import { describe, expect, it } from 'vitest';
import { FingerprintSum, fingerprintOf } from '../src/values/item-fingerprint.js';
import { FrameFinder } from '../src/values/sliding-frame.js';

const element = (name: string, index = 0) => ({ fingerprint: fingerprintOf([Buffer.from(name)]), index });
const elements = (count: number) => Array.from({ length: count }, (_, i) => element(`unit ${i}`));

describe('buckets', () => {
  it('differ exactly where a unit is more or less', () => {
    const layout = hashedLayout(10_000);
    const [one, other] = [new Buckets(layout), new Buckets(layout)];
    for (const each of elements(10_000)) {
      one.add(each);
      other.add(each);
    }
    expect([...one.differing(other)]).toEqual([]);
    other.add(element('more'));
    expect([...one.differing(other)]).toEqual([bucketOf(layout, element('more'))]);
  });

  it('come back from how they are kept, and may be compared in a coarser layout', () => {
    const fine = new Buckets(hashedLayout(100_000));
    const coarse = new Buckets(hashedLayout(1000));
    for (const each of elements(500)) {
      fine.add(each);
      coarse.add(each);
    }
    const back = Buckets.unpack(fine.pack());
    expect([...back.differing(fine)]).toEqual([]);
    expect([...back.coarsened(coarse.layout).differing(coarse)]).toEqual([]);
  });

  it('of places follow a list below zero and beyond', () => {
    const layout = { kind: 'indexed' } as const;
    const [one, other] = [new Buckets(layout), new Buckets(layout)];
    for (let i = -300; i < 300; i++) one.add(element(`${i}`, i));
    for (let i = -130; i < 600; i++) other.add(element(`${i}`, i));
    expect([...one.differing(other)]).toEqual([-3, -2, 2, 3, 4]);
  });

  it('are made of the finest ones without a gap', () => {
    const layout = { kind: 'hashed', bits: 3 } as const;
    const all = Array.from({ length: 8 }, (_, bucket) => fineBuckets(layout, bucket, bucket)).flat();
    expect(all[0]).toBe(0);
    expect(all.at(-1)).toBe(65_535);
    for (let i = 1; i + 1 < all.length; i += 2) expect(all[i + 1]).toBe((all[i] ?? 0) + 1);
  });
});

describe('slots', () => {
  it('sort as the places do, and are read back', () => {
    const layout = { kind: 'indexed' } as const;
    const places = [-200_000, -17, -1, 0, 1, 15, 16, 255, 4_000_000_000];
    const slots = places.map((index) => slotOf(layout, element('x', index)));
    expect([...slots].sort()).toEqual(slots);
    expect(slots.map((slot) => parseSlot(layout, slot).index)).toEqual(places);
    expect(parseSlot(layout, slots[0] ?? '').fingerprint).toEqual(element('x').fingerprint);
  });
});

describe('fingerprints', () => {
  it('distinguish what only reads the same when put together', () => {
    const fingerprints = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', '']].map((item) =>
      fingerprintOf(item.map((text) => Buffer.from(text))).toString('hex'),
    );
    expect(new Set(fingerprints).size).toBe(4);
  });

  it('add up to the same in any order, and to something else with one more', () => {
    const sumOf = (names: readonly string[]) => {
      const sum = new FingerprintSum();
      for (const name of names) sum.add(fingerprintOf([Buffer.from(name)]));
      return `${sum}`;
    };
    expect(sumOf(['a', 'b', 'c'])).toBe(sumOf(['c', 'a', 'b']));
    expect(sumOf(['a', 'b', 'c'])).not.toBe(sumOf(['a', 'b', 'c', 'c']));
  });
});

describe('the frame of a list', () => {
  const frameOf = (list: readonly string[], last?: ReturnType<FrameFinder['frame']>) => {
    const finder = new FrameFinder(last);
    for (const item of list) finder.add([Buffer.from(item)]);
    return finder.frame(finder.first);
  };
  const list = Array.from({ length: 50 }, (_, i) => `item ${i}`);

  it.each([
    ['nothing', list, 0],
    ['growth at the tail', [...list, 'x'], 0],
    ['growth at the head', ['x', 'y', ...list], -2],
    ['shrinking at the head', list.slice(5), 5],
    ['a queue', [...list.slice(5), 'x'], 5],
    ['growth at the head, cut at the tail', ['x', ...list.slice(0, 30)], -1],
    ['all new', list.map((item) => `other ${item}`), 0],
  ])('finds the items again after %s', (_, changed, first) => {
    const before = frameOf(list);
    // A queue's new tail hides the old one, which is found all the same.
    expect(frameOf(changed, before).first).toBe(first);
  });
});
