import { describe, expect, it } from 'vitest';
import {
  ALL_PROCESSES,
  BARE,
  type BenchResult,
  CONNECT,
  DOCUMENT_FLEET,
  type Figures,
  FLEET,
  LIMIT,
  ONCE,
  ORDINARY_FLEET,
  type Row,
  WITH_FEED,
  WITHOUT_FEED,
} from '../src/bench/bench-result.js';
import { goalsOf } from '../src/bench/report/goals.js';
import { reportPicture } from '../src/bench/report/picture.js';
import { reportFigures, reportText } from '../src/bench/report/report-text.js';

const machine = {
  date: '2026-11-23',
  cpu: 'a processor',
  cores: 2,
  memoryBytes: 8 * 1024 ** 3,
  system: 'linux 6 x64',
  node: '20.20.0',
  redis: '7.0.15',
  mongo: 'mongod 8.2.6 downloaded',
  packages: { 'redis-to-mongo': '0.1.0' },
};

function row(part: Row['part'], load: string, who: string, figures: Figures, repetition = 1): Row {
  return { part, load, who, repetition, figures };
}

function moved(entries: number, seconds: number, cpu: number): Figures {
  return { entries, seconds, cpu, redisCpu: 0.5, mongoCpu: undefined, peakBytes: 2 ** 27 };
}

const LOAD = '1 × 200,000';
const MIXED = {
  'the scheduler': { share: 0.01, bytes: 2 ** 27 },
  'the worker': { share: 0.01, bytes: 2 ** 27 },
  'the dashboard': { share: 0.01, bytes: 2 ** 27 },
  'the source’s Redis': { share: 0.01, bytes: 2 ** 30 },
  'the queue’s Redis': { share: 0, bytes: 2 ** 29 },
  [ALL_PROCESSES]: { share: 0.04, bytes: 2 ** 31 },
};

const result: BenchResult = {
  machine,
  size: 'full',
  repetitions: 2,
  parts: ['throughput', 'latency', 'idle', 'discovery'],
  rows: [
    row('throughput', LOAD, FLEET, moved(200_000, 5, 4)),
    row('throughput', LOAD, LIMIT, moved(200_000, 4, 3)),
    row('throughput', LOAD, LIMIT, moved(200_000, 8, 4), 2),
    row('throughput', LOAD, FLEET, moved(200_000, 8, 4), 2),
    row('sink', LOAD, FLEET, moved(200_000, 1, 1)),
    row('sink', LOAD, ORDINARY_FLEET, moved(200_000, 2, 5)),
    row('sink', LOAD, DOCUMENT_FLEET, moved(200_000, 1, 1.1)),
    row('sink', '10 × 100,000', FLEET, moved(1_000_000, 4, 5)),
    row('latency', '200/s over 50 streams', FLEET, {
      ...{ perSec: 199, samples: 4_000, p50: 9, p90: 20, p99: 61, share: 0.2 },
    }),
    row('kill', '1000/s', FLEET, { kills: 3, written: 900, missing: 0, doubled: 0, seconds: 11 }),
    row('kill', '1000/s', FLEET, { kills: 3, written: 900, missing: 1, doubled: 0, seconds: 12 }, 2),
    row('kill', '1000/s', CONNECT, { kills: 3, written: 900, missing: 0, doubled: 407, seconds: 1 }),
    row('changes', 'one changed hash among 100000', FLEET, {
      ...{ perSec: 10, samples: 200, p50: 12, p90: 20, p99: 51, share: 0.1 },
    }),
    row('feed-cost', '10', WITHOUT_FEED, { entries: 1_000_000, cpu: 1, seconds: 3 }),
    row('feed-cost', '10', WITH_FEED, { entries: 1_000_000, cpu: 1.6, seconds: 3 }),
    row('discovery', '10,000', FLEET, { seconds: 6 }),
    row('idle', '100,000 streams', FLEET, {
      ...{ share: 0.05, schedulerShare: 0.04, workerShare: 0.01, redisShare: 0.02, peakBytes: 2 ** 28 },
    }),
    ...Object.entries(MIXED).map(([who, figures]) => row('idle-mixed', '1,000,000', who, figures)),
  ],
  times: [{ part: 'throughput', seconds: 90 }],
  notes: ['Nobody else ran.'],
  failures: ['idle, 7 streams: the server is gone'],
};

describe('the goals', () => {
  it('compare each repetition with its neighbor, and show which ones are missed', () => {
    expect(goalsOf(result)).toMatchObject([
      { what: '1 × 200,000: entries per second, relative to the limit', measured: 0.9, isMet: true },
      {
        what: '1 × 200,000: CPU per entry, relative to the limit',
        measured: expect.closeTo(7 / 6),
        isMet: false,
      },
      { what: '1 × 200,000: CPU per entry, relative to the ordinary path', measured: 0.2, isMet: true },
      {
        what: '1 × 200,000: CPU per entry in the shape document, relative to the default one',
        measured: expect.closeTo(1.1),
        isMet: false,
      },
      { what: '10 × 100,000: entries, sink that only acknowledges', measured: 250_000, isMet: true },
      { what: 'latency p50 at the steady rate', measured: 9, isMet: false },
      { what: 'latency p99 at the steady rate', measured: 61, isMet: false },
      { what: 'CPU of our processes at the steady rate', measured: 20, isMet: true },
      { what: 'entries missing after kill -9, worst run', measured: 1, isMet: false },
      { what: 'entries doubled after kill -9, worst run', measured: 0, isMet: true },
      { what: 'one changed hash among many: p50', measured: 12, isMet: true },
      { what: 'one changed hash among many: p99', measured: 51, isMet: false },
      { what: expect.stringMatching(/XADD over 10 keys/), measured: expect.closeTo(0.6), isMet: false },
      { what: '100,000 idle streams: our processes and Redis', isMet: false },
      {
        what: '1,000,000 idle keys: all processes and both Redis',
        measured: expect.closeTo(4),
        isMet: false,
      },
      { what: expect.stringMatching(/memory of the scheduler/), measured: 128, unit: 'MB', isMet: true },
      { what: expect.stringMatching(/memory of the worker/), isMet: true },
      { what: expect.stringMatching(/memory of the dashboard/), isMet: true },
      { what: expect.stringMatching(/memory of the queue/), measured: 512, isMet: false },
      { what: 'all new keys scheduled', measured: 6, unit: 's', isMet: true },
    ]);
  });
});

describe('the goals of many keys', () => {
  it('are ratios to the bare loop on the same load, and the CPU per key that a sweep finds unchanged', () => {
    const one = (who: string, load: string, figures: Figures) => row('many-keys', load, who, figures);
    const rows = [
      one(BARE, 'hash 100,000', moved(100_000, 10, 4)),
      one(ONCE, 'hash 100,000', moved(100_000, 15, 9)),
      one(FLEET, 'hash 100,000', moved(100_000, 20, 8)),
      one(FLEET, 'hash 100,000, unchanged', { ...moved(100_000, 5, 3), writes: 0 }),
      one(FLEET, 'hash 100,000, 10 % changed', { ...moved(10_000, 5, 3), writes: 11_000 }),
    ];
    expect(goalsOf({ ...result, rows })).toMatchObject([
      { what: expect.stringMatching(/^hash 100,000: new keys per second/), measured: 0.5, isMet: false },
      { what: expect.stringMatching(/CPU per key including the queue's Redis/), measured: 2, isMet: true },
      { what: expect.stringMatching(/by once/), measured: expect.closeTo(4 / 3), isMet: true },
      { what: expect.stringMatching(/finds unchanged/), measured: 30, unit: 'µs', isMet: true },
      { what: expect.stringMatching(/share of unchanged ones/), measured: 0, isMet: true },
      { what: expect.stringMatching(/of a changed tenth/), measured: 1.1, isMet: false },
    ]);
  });
});

describe('the report', () => {
  it('shows ratios, machine, versions and settings, and omits figures that were not measured', () => {
    for (const text of [reportText(result), reportFigures(result)]) {
      expect(text).toMatch(/1 × 200,000.*the fleet.*32,500 \(25,000–40,000\).*0\.90 \(0\.80–1\.00\)/);
      expect(text).toContain('a processor, 2 cores, 8.0 GiB');
      expect(text).toContain('mongod 8.2.6 downloaded');
      expect(text).toContain('repetitions 2');
      expect(text).toContain('Nobody else ran.');
      expect(text).toContain('throughput 1.5; total 1.5');
      expect(text).not.toContain('Catching up');
    }
  });

  it('shows failed measurements next to the others', () => {
    for (const text of [reportText(result), reportFigures(result)])
      expect(text).toContain('idle, 7 streams: the server is gone');
  });

  it('begins with the summary of all contestants, including kill -9', () => {
    const page = reportFigures(result);
    expect(page.indexOf('## Summary')).toBeLessThan(page.indexOf('## Goals'));
    expect(page).toMatch(/\| the fleet +\| +– \| +– \| +9\.0 \| +61\.0 \| +1 \| +0 \|/);
    expect(page).toMatch(/\| Redpanda Connect +\| +– \| +– \| +– \| +– \| +0 \| +407 \|/);
  });

  it('has a picture for light and dark pages, with every figure as text', () => {
    const picture = reportPicture(result);
    expect(picture).toMatch(
      /^<svg [^>]*role="img" aria-label="the fleet: latency p99, ms 61, errors after kill -9 1; /,
    );
    expect(picture).toContain('@media (prefers-color-scheme: dark)');
    for (const text of ['the fleet', 'Redpanda Connect', '>61<', '>407<']) expect(picture).toContain(text);
  });

  it('lists the goals before the parts', () => {
    const page = reportFigures(result);
    expect(page.indexOf('## Goals')).toBeGreaterThan(0);
    expect(page.indexOf('## Goals')).toBeLessThan(page.indexOf('## Throughput'));
  });
});
