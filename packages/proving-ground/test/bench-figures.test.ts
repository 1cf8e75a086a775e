import { describe, expect, it } from 'vitest';
import { countsIn } from '../src/bench/bench-fleet.js';
import { percentile, spreadOf, spreadText } from '../src/bench/report/figures.js';
import { markdownTable, type Table, textTable } from '../src/bench/report/table.js';
import { parseStat, processUsage } from '../src/program/process-usage.js';

describe('statistics', () => {
  it('have the middle value as median, or the mean of the two middle ones', () => {
    expect(spreadOf([30, 10, 20])).toEqual({ median: 20, least: 10, most: 30, count: 3 });
    expect(spreadOf([40, 10, 20, 30])).toEqual({ median: 25, least: 10, most: 40, count: 4 });
  });

  it('interpolate percentiles between neighbors', () => {
    const values = Array.from({ length: 101 }, (_, i) => i * 2);
    expect(percentile(values, 0)).toBe(0);
    expect(percentile(values, 99)).toBe(198);
    expect(percentile([1, 2], 90)).toBeCloseTo(1.9);
    expect(percentile([7], 99)).toBe(7);
  });

  it('refuse an empty list', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
    expect(spreadText([])).toBe('–');
  });
});

describe('figures', () => {
  it('show the range of several values', () => {
    expect(spreadText([15_000, 14_000, 16_500])).toBe('15,000 (14,000–16,500)');
    expect(spreadText([1.26], 1)).toBe('1.3');
  });
});

describe('tables', () => {
  const table: Table = {
    title: 'Rates',
    about: '',
    columns: ['Who', '>A second'],
    rows: [
      ['the fleet', '15,000'],
      ['the limit', '5'],
    ],
  };

  it('are aligned on a terminal', () => {
    expect(textTable(table)).toEqual(['Who        A second', 'the fleet    15,000', 'the limit         5']);
  });

  it('are aligned in Markdown, with numbers to the right', () => {
    expect(markdownTable(table)).toEqual([
      '| Who       | A second |',
      '| --------- | -------: |',
      '| the fleet |   15,000 |',
      '| the limit |        5 |',
    ]);
  });
});

describe('CPU time', () => {
  it('is read after a name with spaces and brackets, and includes ended children', () => {
    const fields = ['S', 1, 1, 1, 0, -1, 0, 0, 0, 0, 0, 120, 30, 40, 10, 20];
    expect(parseStat(`42 (node (a) b) ${fields.join(' ')}`)).toBeCloseTo(2);
  });

  it('grows with that of the process, within some hundredths of a second', async () => {
    const from = await processUsage(process.pid);
    const used = process.cpuUsage();
    for (const until = performance.now() + 100; performance.now() < until; );
    const { cpuSeconds, peakBytes } = await processUsage(process.pid);
    const { user, system } = process.cpuUsage(used);
    expect(Math.abs(cpuSeconds - from.cpuSeconds - (user + system) / 1e6)).toBeLessThan(0.05);
    expect(peakBytes).toBeGreaterThan(10_000_000);
  });
});

describe('the counters of workers', () => {
  it('are summed over workers, and over written and already there, by type', () => {
    const counts = countsIn([
      '# HELP x\nr2m_entries_written_total{key_type="stream",app="worker"} 5\nr2m_entries_read_total{key_type="stream"} 90\nr2m_jobs_total{outcome="synced",app="worker"} 7\n',
      'r2m_entries_written_total{key_type="stream"} 2\nr2m_entries_already_there_total{key_type="stream"} 1\nr2m_entries_written_total{key_type="set"} 4\n',
    ]);
    expect(counts.moved('stream')).toBe(8);
    expect(counts.jobs).toBe(7);
    expect(counts.moved('set')).toBe(4);
    expect(counts.moved('hash')).toBe(0);
  });
});
