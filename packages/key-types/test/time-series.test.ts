import { valueType } from '@redis-to-mongo/key-types';
import { describe, expect, it } from 'vitest';

const { source, shape, stored } = valueType('timeseries');

/** As the script answers them. */
function series(...samples: readonly string[]) {
  const reply = ['4', 'settings', '5 128 uncompressed - 0 0.50000000000000000', 'a.b', '1', ...samples];
  return source.whole.items(reply.map((text) => Buffer.from(text))) ?? [];
}

describe('samples of a time series', () => {
  it('that are no numbers, as newer servers have them, or infinite, come back as they were', () => {
    const items = series('1', 'NaN', '2', '-nan', '3', 'inf', '4', '-Infinity', '5', '-0', '6', '1.50');
    const document = shape.inline.document(items);
    expect(document.samples).toEqual([
      { at: new Date(1), value: Number.NaN, valueText: 'nan' },
      { at: new Date(2), value: Number.NaN, valueText: 'nan' },
      { at: new Date(3), value: Number.POSITIVE_INFINITY, valueText: 'inf' },
      { at: new Date(4), value: Number.NEGATIVE_INFINITY, valueText: '-inf' },
      { at: new Date(5), value: -0, valueText: '-0' },
      { at: new Date(6), value: 1.5 },
    ]);
    expect([...stored.inline(document)]).toEqual(items);
    expect(items.map((item) => stored.element(shape.element.document(item, false)))).toEqual(items);
  });

  it('beyond the year 9999 are exact, and beyond 2^53 refused', () => {
    const items = series('253402300800000', '1', '9007199254740991', '2');
    const document = shape.inline.document(items);
    expect(document).toMatchObject({
      samples: [{ atText: '253402300800000' }, { atText: '9007199254740991' }],
    });
    expect([...stored.inline(document)]).toEqual(items);
    expect(() => series('9007199254740992', '1')).toThrow(/beyond 2\^53/);
  });

  it('have settings beside them, also where there is none', () => {
    expect(shape.inline.document(series())).toEqual({
      ...{ samples: [], labels: [['a.b', '1']], retention: 5, chunkSize: 128, encoding: 'uncompressed' },
      ...{ ignoreMaxTimeDiff: 0, ignoreMaxValDiff: 0.5 },
    });
    expect(source.whole.items([])).toBeUndefined();
  });
});
