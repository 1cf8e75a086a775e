import { describe, expect, it } from 'vitest';
import { StreamMarks } from '../src/streams/stream-marks.js';

function after(entries: number, marks = StreamMarks.none()): StreamMarks {
  for (let i = 1; i <= entries; i++) if (marks.takesNext()) marks.put({ id: `${i}-0`, digest: `d${i}` });
  return marks;
}
const idsOf = (marks: StreamMarks) => marks.all.map(({ id }) => id);

describe('the entries that are remembered of a stream', () => {
  it('are all of a short one', () => {
    expect(idsOf(after(16))).toEqual(Array.from({ length: 16 }, (_, i) => `${i + 1}-0`));
  });

  it('are, of a long one, eight to sixteen, evenly spread, the first among them', () => {
    for (const entries of [17, 100, 5_000, 123_456]) {
      const ids = idsOf(after(entries)).map(Number.parseFloat);
      expect(ids.length).toBeGreaterThanOrEqual(8);
      expect(ids.length).toBeLessThanOrEqual(16);
      expect(ids[0]).toBe(1);
      const steps = new Set(ids.slice(1).map((id, i) => id - (ids[i] ?? 0)));
      expect(steps.size).toBe(1);
    }
  });

  it('come back as they were stored, and go on from there', () => {
    const stored = StreamMarks.parse(`${after(100)}`);
    expect(`${stored}`).toBe(`${after(100)}`);
    const twice = after(100, StreamMarks.parse(`${after(100)}`));
    expect(twice.all.length).toBeGreaterThanOrEqual(8);
  });

  it('are none where the position has none, or another form', () => {
    for (const text of [undefined, null, '', 'x', '0 1 1-0 d', 7])
      expect(StreamMarks.parse(text).all).toEqual([]);
  });

  it('are, once the stream was trimmed, those that it can still hold', () => {
    expect(idsOf(after(16).from('14-0'))).toEqual(['14-0', '15-0', '16-0']);
    expect(idsOf(after(16).from(undefined))).toEqual([]);
  });

  it('are stored as they are, also when they were stored before, and have changed since', () => {
    const marks = after(3);
    expect(`${marks}`).toBe('1 3 1-0 d1 2-0 d2 3-0 d3');
    after(1, marks);
    expect(`${marks}`).toBe('1 4 1-0 d1 2-0 d2 3-0 d3 1-0 d1');
    const copy = StreamMarks.after(after(2));
    expect([`${copy}`, `${copy.from('2-0')}`, `${copy.from('1-0')}`]).toEqual([
      '1 2 1-0 d1 2-0 d2',
      '1 2 2-0 d2',
      '1 2 1-0 d1 2-0 d2',
    ]);
    expect(`${StreamMarks.none()}`).toBe('1 0');
  });

  it('do not change the position that a copy was made of', () => {
    const marks = after(3);
    after(10, StreamMarks.after(marks));
    expect(idsOf(marks)).toEqual(['1-0', '2-0', '3-0']);
  });
});
