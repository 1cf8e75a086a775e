import { describe, expect, it } from 'vitest';
import {
  BARE,
  type BenchResult,
  CONNECT,
  DOCUMENT_FLEET,
  FLEET,
  LIMIT,
  ONCE,
  ORDINARY_FLEET,
  type Run,
} from '../src/bench/bench-result.js';
import { goalsOf } from '../src/bench/report/judge.js';
import { reportPicture } from '../src/bench/report/picture.js';
import { reportPage } from '../src/bench/report/report-page.js';
import { reportText } from '../src/bench/report/report-text.js';

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

function run(who: string, repetition: number, seconds: number, cpu: number): Run {
  const load = '1 × 200,000';
  const servers = { redisCpu: 0.5, mongoCpu: undefined, peakBytes: 2 ** 27 };
  return { part: 'throughput', load, who, repetition, entries: 200_000, seconds, cpu, ...servers };
}

const result: BenchResult = {
  machine,
  size: 'full',
  repetitions: 2,
  parts: ['throughput', 'latency', 'idle', 'discovery'],
  runs: [
    ...[run(FLEET, 1, 5, 4), run(LIMIT, 1, 4, 3), run(LIMIT, 2, 8, 4), run(FLEET, 2, 8, 4)],
    { ...run(FLEET, 1, 1, 1), part: 'sink' },
    { ...run(ORDINARY_FLEET, 1, 2, 5), part: 'sink' },
    { ...run(DOCUMENT_FLEET, 1, 1, 1.1), part: 'sink' },
    { ...run(FLEET, 1, 4, 5), part: 'sink', load: '10 × 100,000', entries: 1_000_000 },
  ],
  latency: [
    {
      ...{
        load: '200/s over 50 streams',
        who: FLEET,
        repetition: 1,
        askedPerSec: 200,
        perSec: 199,
        samples: 4_000,
      },
      ...{ p50: 9, p90: 20, p99: 61, share: 0.2 },
    },
  ],
  changes: [
    {
      ...{
        load: 'one changed hash among 100000',
        who: FLEET,
        repetition: 1,
        askedPerSec: 10,
        perSec: 10,
        samples: 200,
      },
      ...{ p50: 12, p90: 20, p99: 51, share: 0.1 },
    },
  ],
  idle: [
    {
      ...{ streams: 100_000, sets: 0, who: FLEET, repetition: 1 },
      ...{ own: 0.05, scheduler: 0.04, worker: 0.01, redis: 0.02, peakBytes: 2 ** 28 },
    },
  ],
  idleMixed: [
    {
      ...{ keys: 1_000_000, seconds: 100 },
      shares: { scheduler: 0.01, worker: 0.01, dashboard: 0.01, source: 0.01, queue: 0 },
      bytes: { scheduler: 2 ** 27, worker: 2 ** 27, dashboard: 2 ** 27, source: 2 ** 30, queue: 2 ** 29 },
    },
  ],
  lists: [],
  feedCosts: [
    {
      ...{ keys: 10, repetition: 1, writes: 1_000_000 },
      ...{ without: { cpu: 1, seconds: 3 }, with: { cpu: 1.6, seconds: 3 } },
    },
  ],
  discovery: [{ keys: 10_000, repetition: 1, seconds: 6 }],
  kills: [
    { who: FLEET, repetition: 1, kills: 3, written: 900, missing: 0, doubled: 0, seconds: 11 },
    { who: FLEET, repetition: 2, kills: 3, written: 900, missing: 1, doubled: 0, seconds: 12 },
    { who: CONNECT, repetition: 1, kills: 3, written: 900, missing: 0, doubled: 407, seconds: 1 },
  ],
  times: [{ part: 'throughput', seconds: 90 }],
  notes: ['Nobody else ran.'],
  failures: ['idle, 7 streams: the server is gone'],
};

describe('the goals', () => {
  it('of lists are judged by the slowest page of all', () => {
    const run = {
      keys: 1_000_000,
      lists: [
        { list: 'keys', page: 1, walk: 1, rows: 50, ms: 310, findMs: 5 },
        { list: 'keys', page: 2, walk: 1, rows: 50, ms: 20, findMs: 4 },
      ],
      bytes: { before: 150_000_000, after: 151_000_000 },
    };
    const lists = goalsOf({ ...result, lists: [run] }).filter(({ what }) =>
      what.startsWith('lists of the dashboard'),
    );
    expect(lists).toMatchObject([
      { what: 'lists of the dashboard, 1,000,000 keys: the slowest page', measured: 310, isMet: false },
      { measured: 1, isMet: true },
    ]);
  });

  it('are judged by each repetition’s neighbor, and name what is missed', () => {
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
  it('are ratios to the bare loop of the same load, and the CPU of what a sweep finds unchanged', () => {
    const one = (who: string, load: string, seconds: number, cpu: number): Run => ({
      ...run(who, 1, seconds, cpu),
      ...{ part: 'many-keys', load, entries: 100_000 },
    });
    const runs = [
      one(BARE, 'hash 100,000', 10, 4),
      one(ONCE, 'hash 100,000', 15, 9),
      one(FLEET, 'hash 100,000', 20, 8),
      { ...one(FLEET, 'hash 100,000, unchanged', 5, 3), writes: 0 },
      { ...one(FLEET, 'hash 100,000, 10 % changed', 5, 3), entries: 10_000, writes: 11_000 },
    ];
    const others = {
      latency: [],
      kills: [],
      changes: [],
      feedCosts: [],
      idle: [],
      idleMixed: [],
      discovery: [],
    };
    expect(goalsOf({ ...result, runs, ...others })).toMatchObject([
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
  it('shows ratios, machine, versions and settings, and leaves out what was not measured', () => {
    for (const text of [reportText(result), reportPage(result)]) {
      expect(text).toMatch(/1 × 200,000.*the fleet.*32,500 \(25,000–40,000\).*0\.90 \(0\.80–1\.00\)/);
      expect(text).toContain('a processor, 2 cores, 8.0 GiB');
      expect(text).toContain('mongod 8.2.6 downloaded');
      expect(text).toContain('repetitions 2');
      expect(text).toContain('Nobody else ran.');
      expect(text).toContain('throughput 1.5; total 1.5');
      expect(text).not.toContain('Catching up');
    }
  });

  it('shows what could not be measured, beside everything that was', () => {
    for (const text of [reportText(result), reportPage(result)])
      expect(text).toContain('idle, 7 streams: the server is gone');
  });

  it('begins with who does what, and what is left after kill -9', () => {
    const page = reportPage(result);
    expect(page.indexOf('## Summary')).toBeLessThan(page.indexOf('## Goals'));
    expect(page).toMatch(/\| the fleet +\| +– \| +– \| +9\.0 \| +61\.0 \| +1 \| +0 \|/);
    expect(page).toMatch(/\| Redpanda Connect +\| +– \| +– \| +– \| +– \| +0 \| +407 \|/);
  });

  it('is a picture, too: on light and on dark pages, with every figure as text', () => {
    const picture = reportPicture(result);
    expect(picture).toMatch(
      /^<svg [^>]*role="img" aria-label="the fleet: latency p99, ms 61, errors after kill -9 1; /,
    );
    expect(picture).toContain('@media (prefers-color-scheme: dark)');
    for (const text of ['the fleet', 'Redpanda Connect', '>61<', '>407<']) expect(picture).toContain(text);
  });

  it('states the goals before the single parts', () => {
    const page = reportPage(result);
    expect(page.indexOf('## Goals')).toBeGreaterThan(0);
    expect(page.indexOf('## Goals')).toBeLessThan(page.indexOf('## Throughput'));
  });
});
