import { BSON, Double, Long, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { PlainBson } from '../../src/bson/plain-bson.js';

const AT = new Date('2026-11-26T12:00:00Z');
const OURS = {
  _id: 'cart:1',
  counts: { seen: 3, written: 3, parts: [{ at: AT }, null, 'x'] },
  empty: '',
  isActive: true,
  isGone: false,
  lag: 7,
  rate: new Double(0.5),
  sum: Long.fromNumber(2 ** 40),
  syncedAt: AT,
  none: null,
  list: ['a', ['b']],
  last: 'größe',
};

describe('reading plain BSON', () => {
  it('gives what the driver gives', () => {
    const bytes = BSON.serialize(OURS);
    expect(new PlainBson().read(bytes)).toEqual(BSON.deserialize(bytes));
  });

  it('reads only the fields that are asked for, whatever stands before and between them', () => {
    const bson = new PlainBson();
    const whole = BSON.deserialize(BSON.serialize(OURS));
    for (const name of Object.keys(OURS))
      expect(bson.read(BSON.serialize(OURS), new Set([name, 'last']))).toEqual({
        [name]: whole[name],
        last: OURS.last,
      });
    expect(bson.read(BSON.serialize(OURS), new Set(['seen']))).toEqual({});
  });

  it('leaves a document with other types of values to the driver', () => {
    const other = { _id: 'cart:1', id: new ObjectId(), lag: 1 };
    const bson = new PlainBson();
    expect(bson.read(BSON.serialize(other))).toEqual(other);
    expect(bson.read(BSON.serialize(other), new Set(['_id', 'lag']))).toEqual(other);
  });
});
