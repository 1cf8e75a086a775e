import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PrintTable } from '../../src/values/value-print-table.js';

const printOf = (i: number) => createHash('sha256').update(`${i}`).digest().subarray(0, 16);

describe('PrintTable', () => {
  it('keeps what was added, tells what was not met, and forgets marks', () => {
    const table = new PrintTable();
    for (let i = 0; i < 10_000; i++) table.add({ print: printOf(i), since: 1e12 + i, index: -i }, false);
    table.add({ print: printOf(7), since: 1e12 + 7, index: -7 }, true);
    expect(table.size).toBe(10_000);
    for (let i = 0; i < 10_000; i += 2) expect(table.mark(printOf(i))).toBe(true);
    expect(table.mark(printOf(10_000))).toBe(false);
    const left = [...table.unmarked()].sort((a, b) => a.since - b.since);
    expect(left).toHaveLength(4999);
    expect(left[0]).toEqual({ print: printOf(1), since: 1e12 + 1, index: -1 });
    table.clearMarks();
    expect([...table.unmarked()]).toHaveLength(10_000);
  });
});
