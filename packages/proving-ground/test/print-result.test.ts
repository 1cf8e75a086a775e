import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { printResult } from '../src/demo/print-result.js';
import { type KeyReport, sumUp } from '../src/verify/verify-report.js';

const STREAM: KeyReport = {
  key: 'orders',
  keyType: 'stream',
  lives: 2,
  messages: 1234,
  members: 0,
  missing: 0,
  duplicated: 0,
  different: 0,
  dead: 0,
  countsAgree: true,
  problems: [],
};
const SET: KeyReport = {
  ...STREAM,
  key: 'orders:info:tags',
  keyType: 'set',
  lives: 1,
  messages: 0,
  members: 7,
};
const NO_STRAYS = { duplicated: 0, different: 0, problems: [] };

function printed(perKey: readonly KeyReport[], verified: boolean): string[] {
  const lines: string[] = [];
  const result = {
    report: sumUp(perKey, NO_STRAYS),
    verified,
    dashboard: { url: '', username: '', password: '' },
    redisUrl: '',
    mongoUri: '',
    mongoDbName: '',
    writingMs: 1000,
    behindMs: 0,
    setChanges: 5,
    valueChanges: 7,
    alreadyThere: 0,
  };
  printResult(result, { say: (line) => lines.push(line), colors: picocolors.createColors(false) });
  return lines;
}

describe('the result of a demo', () => {
  it('is a row for each main stream with what belongs to it, the total, and the last line', () => {
    expect(printed([STREAM, SET], true)).toEqual([
      '',
      '        streams  messages  lives  sets  members  missing  duplicated  different',
      'orders        1     1,234      2     1        7        0           0          0',
      'total         1     1,234      2     1        7        0           0          0',
      '',
      'written in 1.0 s, while sets were changed 5 times, and other values 7 times',
      'all in MongoDB 0.0 s after the last write: 1,234 messages/s',
      'verified: 1234 messages in 1 streams, 1 sets; 0 missing, 0 duplicated, 0 different',
    ]);
  });

  it('says that it is not verified, and what was found', () => {
    const problems = ['missing: orders@a1:a1-a0'];
    const lines = printed([{ ...STREAM, missing: 1, countsAgree: false, problems }, SET], false);
    expect(lines).toContain('missing: orders@a1:a1-a0');
    expect(lines.at(-1)).toBe(
      'NOT verified: 1234 messages in 1 streams, 1 sets; 1 missing, 0 duplicated, 0 different, 1 keys with wrong counts',
    );
  });

  it('sums up the main streams beyond the first two dozen, but never hides one with findings', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ ...STREAM, key: `stream-${i}`, messages: 1 }));
    const lines = printed([...many, { ...STREAM, key: 'wrong', messages: 1, different: 1 }], false);
    expect(lines.some((line) => /^wrong .* 1$/.test(line))).toBe(true);
    expect(lines.some((line) => /^… 7 more +7 +7 +14 .* 0$/.test(line))).toBe(true);
    expect(lines.find((line) => line.startsWith('total'))).toMatch(/^total +31 +31 .* 1$/);
  });
});
