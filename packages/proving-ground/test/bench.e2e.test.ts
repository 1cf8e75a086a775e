import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtApp } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../dist/bench.js', import.meta.url));

interface Result {
  readonly rows: readonly {
    readonly part: string;
    readonly load: string;
    readonly who: string;
    readonly figures: Readonly<Record<string, number>>;
  }[];
  readonly failures: readonly string[];
  readonly goals: readonly { what: string; measured: number }[];
}

it('the benchmark measures everything in its smallest size, checks each mirror, and leaves no process behind', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-test-'));
  // A run with an inexact mirror fails, and so does this test.
  const { stdout, stderr } = await run(process.execPath, [script, '--tiny', '--json'], {
    env: { ...process.env, BENCH_MONGO_URI: '', PROVING_APPS: builtApp('apps'), TMPDIR: dir },
    maxBuffer: 16 * 1024 * 1024,
  });
  const result: Result = JSON.parse(stdout);
  expect(result.failures).toEqual([]);
  const of = (part: string) => result.rows.filter((row) => row.part === part);
  const whoIn = (part: string) => of(part).map(({ who }) => who);
  const others = ['the limit', "the old engine's way"];
  expect(whoIn('throughput')).toEqual(expect.arrayContaining(['the fleet', ...others]));
  for (const part of ['throughput', 'sink', 'sets', 'types', 'many-keys', 'catch-up']) {
    expect(of(part).length, part).toBeGreaterThan(0);
    for (const { figures } of of(part)) {
      expect(figures.entries, part).toBeGreaterThan(0);
      expect(figures.seconds, part).toBeGreaterThan(0);
      expect(figures.cpu, part).toBeGreaterThanOrEqual(0);
    }
  }
  const types = of('types').map(({ load }) => load.split(' ')[0]);
  expect(types).toEqual(['zset', 'hash', 'list', 'string']);
  expect(whoIn('latency')).toEqual(expect.arrayContaining(['the fleet', ...others]));
  for (const { figures } of [...of('latency'), ...of('changes')]) {
    expect(figures.samples).toBeGreaterThan(0);
    expect(figures.p50).toBeLessThanOrEqual(figures.p99 ?? 0);
  }
  const [ours, limit] = ['the fleet', 'the limit'].map((who) => of('kill').find((row) => row.who === who));
  expect(ours?.figures).toMatchObject({ missing: 0, doubled: 0 });
  expect(ours?.figures.written).toBeGreaterThan(0);
  // The limit reads only new entries, so a judge that finds nothing missing would be blind.
  expect(limit?.figures.missing).toBeGreaterThan(0);
  const idle = of('idle').filter(({ who }) => who === 'the fleet');
  expect(idle.map(({ load }) => load)).toEqual(['20 streams', '20 streams, 5 sets']);
  expect(of('feed-cost').map(({ who }) => who)).toEqual(['without it', 'with the feed']);
  for (const { figures } of of('feed-cost')) expect(figures.cpu).toBeGreaterThan(0);
  expect(of('idle-mixed')).toHaveLength(6);
  for (const { who, figures } of of('idle-mixed')) expect(figures.bytes, who).toBeGreaterThan(1_000_000);
  for (const who of ['the fleet', 'the bare loop'])
    expect(of('changes').filter((row) => row.who === who)).toHaveLength(4);
  expect(of('discovery')).toHaveLength(1);
  expect(result.goals.length).toBeGreaterThan(0);
  expect(stderr).toContain('Rel. to limit');
  expect(await readdir(dir)).toEqual([]);
  await rm(dir, { recursive: true });
});
