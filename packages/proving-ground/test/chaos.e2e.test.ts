import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAULT_KINDS, TARGET_LOSSES } from '../src/chaos/faults.js';
import { descendantsOf, isRunning, RunningDemo } from './running-demo.js';

const script = new URL('../dist/chaos.js', import.meta.url);

describe('the chaos run', () => {
  let dir: string;
  let run: RunningDemo | undefined;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'chaos-test-'));
  });
  afterEach(async () => {
    run?.process.kill('SIGKILL');
    await run?.ended;
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('injects every kind of fault in a minute, and every entry is there once or accounted for', async () => {
    run = new RunningDemo(['--seconds', '60', '--seed', '1', '--rate', '100', '--json'], {
      tmpDir: dir,
      script,
    });
    expect(await run.ended, run.output).toBe(0);
    const report = JSON.parse(run.lines.join('')) as { problems: string[]; faults: Record<string, number> };
    expect(report).toMatchObject({ ok: true, seed: 1, problems: [] });
    const kinds = FAULT_KINDS.filter((kind) => !TARGET_LOSSES.has(kind));
    expect(Object.keys(report.faults).sort()).toEqual(kinds.sort());
    expect(await readdir(dir)).toEqual([]);
  });

  it('fails when a process of the fleet ends by itself, and keeps plan, logs and last state', async () => {
    run = new RunningDemo(['--seconds', '10', '--seed', '72', '--rate', '50'], { tmpDir: dir, script });
    await run.untilSays('faults begin');
    const processes = await descendantsOf(run.process.pid ?? 0);
    const scheduler = processes.find(({ command }) => command.includes('scheduler'));
    process.kill(scheduler?.pid ?? Number.NaN, 'SIGKILL');
    expect(await run.ended, run.output).toBe(1);
    expect(run.output).toContain('ended by itself with SIGKILL');
    const folder = /last state are in (\S+)$/m.exec(run.output)?.[1] ?? '';
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['plan.json', 'state.json', 'events.log', 'fleet']),
    );
    const left = await Promise.all(processes.map(({ pid }) => isRunning(pid)));
    expect(left).not.toContain(true);
  });

  it('refuses a bad option with one sentence and exit code 2', async () => {
    run = new RunningDemo(['--seed', 'x'], { tmpDir: dir, script });
    expect(await run.ended).toBe(2);
    expect(run.errors).toEqual([
      "error: option '--seed <N>' argument 'x' is invalid. Give a whole number from 0 to 4294967295.",
    ]);
  });
});
