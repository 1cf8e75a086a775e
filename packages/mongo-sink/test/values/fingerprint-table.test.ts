import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FingerprintTable } from '../../src/values/fingerprint-table.js';

const fingerprintOf = (i: number) => createHash('sha256').update(`${i}`).digest().subarray(0, 16);

describe('FingerprintTable', () => {
  it('keeps what was added, lists what was not met, and forgets marks', () => {
    const table = new FingerprintTable();
    for (let i = 0; i < 10_000; i++)
      table.add({ fingerprint: fingerprintOf(i), since: 1e12 + i, index: -i }, false);
    table.add({ fingerprint: fingerprintOf(7), since: 1e12 + 7, index: -7 }, true);
    expect(table.size).toBe(10_000);
    for (let i = 0; i < 10_000; i += 2) expect(table.mark(fingerprintOf(i))).toBe(true);
    expect(table.mark(fingerprintOf(10_000))).toBe(false);
    const left = [...table.unmarked()].sort((a, b) => a.since - b.since);
    expect(left).toHaveLength(4999);
    expect(left[0]).toEqual({ fingerprint: fingerprintOf(1), since: 1e12 + 1, index: -1 });
    table.clearMarks();
    expect([...table.unmarked()]).toHaveLength(10_000);
  });
});
