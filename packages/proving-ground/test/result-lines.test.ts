import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { KeyReport } from '../src/demo/compare-mirror.js';
import { resultLines } from '../src/demo/result-lines.js';

const STREAM: KeyReport = {
  key: 'orders',
  keyType: 'stream',
  incarnations: 2,
  messages: 1234,
  members: 0,
  missing: 0,
  duplicated: 0,
  different: 0,
  problems: [],
};
const SET: KeyReport = {
  ...STREAM,
  key: 'orders:info:tags',
  keyType: 'set',
  incarnations: 0,
  messages: 0,
  members: 7,
};

function printed(perKey: readonly KeyReport[], ok: boolean): string[] {
  const result = {
    ...{ ok, problems: [], perKey },
    ...{ writingMs: 1000, behindMs: 0, setChanges: 5, valueChanges: 7, alreadyThere: 0 },
  };
  return resultLines(result, picocolors.createColors(false));
}

describe('the result of a demo', () => {
  it('has a row for each main stream with its info streams and sets, a total, and a final line', () => {
    const zset = { ...SET, key: 'ranking:1', keyType: 'zset', members: 0 };
    expect(printed([STREAM, SET, zset, { ...zset, key: 'ranking:2' }], true)).toEqual([
      '        streams  messages  incarnations  sets  members  missing  duplicated  different',
      'orders        1     1,234             2     1        7        0           0          0',
      'total         1     1,234             2     1        7        0           0          0',
      '',
      'written in 1.0 s, while sets were changed 5 times, and other values 7 times',
      'all in MongoDB 0.0 s after the last write: 1,234 messages/s',
      'verified: 1234 messages in 1 streams, 1 sets, 2 sorted sets; 0 missing, 0 duplicated, 0 different',
    ]);
  });

  it('says if the mirror is not verified', () => {
    expect(printed([{ ...STREAM, missing: 1 }, SET], false).at(-1)).toBe(
      'NOT verified: 1234 messages in 1 streams, 1 sets; 1 missing, 0 duplicated, 0 different',
    );
  });

  it('sums up main streams after the first 24, but never hides one with findings', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ ...STREAM, key: `stream-${i}`, messages: 1 }));
    const lines = printed([...many, { ...STREAM, key: 'wrong', messages: 1, different: 1 }], false);
    expect(lines.some((line) => /^wrong .* 1$/.test(line))).toBe(true);
    expect(lines.some((line) => /^… 7 more +7 +7 +14 .* 0$/.test(line))).toBe(true);
    expect(lines.find((line) => line.startsWith('total'))).toMatch(/^total +31 +31 .* 1$/);
  });
});
