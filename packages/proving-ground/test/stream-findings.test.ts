import { describe, expect, it } from 'vitest';
import { judgeCounts, StreamFindings } from '../src/judge/stream-findings.js';

function found(changes: Partial<StreamFindings>): StreamFindings {
  return Object.assign(new StreamFindings('orders'), { entries: 10, documents: 10 }, changes);
}

function record(counts: Record<string, number>) {
  return { incarnation: 1, counts: { seen: 10, written: 10, alreadyThere: 0, dead: 0, gap: 0, ...counts } };
}

function problems(findings: StreamFindings, counts: Record<string, number>, deletedUnread = false): string[] {
  judgeCounts(record(counts), findings, deletedUnread);
  return findings.problems;
}

describe('the counts of a stream', () => {
  it('add up when every entry is a document, a dead letter or a gap', () => {
    expect(problems(found({}), {})).toEqual([]);
    expect(problems(found({ documents: 9, dead: 1 }), { written: 8, alreadyThere: 1, dead: 1 })).toEqual([]);
    expect(problems(found({ documents: 7, lost: 3 }), { seen: 7, written: 7, gap: 3 })).toEqual([]);
  });

  it('add up when entries were written and dropped by Redis before their position was saved', () => {
    expect(problems(found({ documents: 9, lost: 1 }), { seen: 7, written: 7, gap: 3 })).toEqual([]);
  });

  it.each([
    ['verdicts that do not add up', { written: 9 }, '10 seen, but 9 written'],
    ['a gap that was not counted', { seen: 7, written: 7 }, '10 written, but 7 seen and 0 in gaps'],
    ['a gap where nothing was dropped', { gap: 2 }, '10 written, but 10 seen and 2 in gaps'],
    ['more seen than there are documents', { seen: 11, written: 11 }, '11 seen, but only 10 documents'],
  ])('report %s', (_, counts, problem) => {
    expect(problems(found({}), counts).join()).toContain(problem);
  });

  it('may be too low for a stream that was deleted unread, but never too high', () => {
    expect(problems(found({ documents: 7, lost: 3 }), { seen: 7, written: 7, gap: 1 }, true)).toEqual([]);
    expect(problems(found({ documents: 7, lost: 3 }), { seen: 7, written: 7, gap: 4 }, true)).toHaveLength(1);
  });
});
