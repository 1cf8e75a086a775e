import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunningDemo } from './running-demo.js';

const script = new URL('../dist/soak.js', import.meta.url);
let dir: string;
let run: RunningDemo | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'soak-test-'));
});
afterEach(async () => {
  run?.process.kill('SIGKILL');
  await run?.ended;
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

it('a soak of seconds measures every process, and compares what was written', async () => {
  run = new RunningDemo(['--minutes', '0.1', '--workers', '2', '--json'], { tmpDir: dir, script });
  expect(await run.ended, run.output).toBe(0);
  const report = JSON.parse(run.lines.join('')) as {
    trends: { process: string; what: string; samples: number }[];
  };
  expect(report).toMatchObject({ ok: true, problems: [] });
  const processes = new Set(report.trends.map(({ process }) => process));
  expect([...processes].sort()).toEqual(['scheduler', 'scheduler 2', 'worker 1', 'worker 2']);
  for (const { samples, what, process } of report.trends)
    expect(samples, `${what} of ${process}`).toBeGreaterThan(0);
  expect(new Set(report.trends.map(({ what }) => what))).toContain('resident memory, MiB');
  expect(await readdir(dir)).toEqual([]);
});

it('a bad option is refused with one sentence and exit code 2', async () => {
  run = new RunningDemo(['--minutes', '0'], { tmpDir: dir, script });
  expect(await run.ended).toBe(2);
  expect(run.errors).toEqual([
    "error: option '--minutes <N>' argument '0' is invalid. Give a number from 0.1 to 10080.",
  ]);
});
