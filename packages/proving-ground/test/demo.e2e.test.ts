import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Descendant, descendantsOf, isRunning, RunningDemo } from './running-demo.js';

const SMALL = ['--messages', '3000', '--streams', '10', '--sets', '12', '--values', '80', '--workers', '1'];
/** Scheduler, dashboard and worker; the supervisor, Redis and MongoDB. */
const PROCESSES = 6;

describe('the demo', () => {
  let dir: string;
  const demos: RunningDemo[] = [];

  beforeEach(async () => {
    dir = join(await mkdtemp(join(tmpdir(), 'demo-test-')), 'a place with spaces');
    await mkdir(dir);
  });
  afterEach(async () => {
    for (const { process } of demos.splice(0)) process.kill('SIGKILL');
    await rm(join(dir, '..'), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  function start(args: readonly string[]): RunningDemo {
    const demo = new RunningDemo(args, { tmpDir: dir });
    demos.push(demo);
    return demo;
  }

  async function untilFleetIsReady(demo: RunningDemo): Promise<Descendant[]> {
    await demo.untilSays('fleet: scheduler');
    const processes = await descendantsOf(demo.process.pid ?? 0);
    expect(processes.length).toBeGreaterThanOrEqual(PROCESSES);
    return processes;
  }

  async function untilGone(processes: readonly Descendant[]): Promise<void> {
    const left = async () => {
      const running = await Promise.all(processes.map(({ pid }) => isRunning(pid)));
      return processes.filter((_, i) => running[i]);
    };
    await expect.poll(left, { timeout: 30_000, interval: 200 }).toEqual([]);
  }

  it('mirrors, kills a worker, verifies and ends by itself with 0, and leaves nothing behind', async () => {
    const demo = start([...SMALL, '--workers', '2']);
    const processes = await untilFleetIsReady(demo);
    expect(await demo.ended, demo.output).toBe(0);
    expect(demo.lines.at(-1)).toBe(
      'verified: 3000 messages in 10 streams, 12 sets, 20 sorted sets, 20 hashes, 20 lists, 20 strings; 0 missing, 0 duplicated, 0 different',
    );
    expect(demo.output).toMatch(/worker 2 \(pid \d+\) killed with SIGKILL/);
    expect(demo.output).toMatch(/worker 3 \(pid \d+\) started in its place/);
    expect(demo.output).toMatch(/stream payments deleted after \d+ messages/);
    expect(demo.output).not.toContain('\x1b');
    expect(await readdir(dir)).toEqual([]);
    await untilGone(processes);
  });

  it('runs twice at the same time, and with --json prints nothing but its report on standard output', async () => {
    const both = [start([...SMALL, '--json']), start([...SMALL, '--json'])];
    for (const demo of both) {
      expect(await demo.ended, demo.output).toBe(0);
      expect(demo.lines).toHaveLength(1);
      const report = JSON.parse(demo.lines[0] ?? '') as { perKey: { messages: number }[] };
      expect(report).toMatchObject({ ok: true, problems: [] });
      expect(report.perKey).toHaveLength(10 + 12 + 80);
      expect(report.perKey.reduce((sum, { messages }) => sum + messages, 0)).toBe(3000);
    }
  });

  it('keeps everything running with --keep until it is stopped, and then leaves nothing behind', async () => {
    const demo = start([...SMALL, '--keep']);
    const processes = await untilFleetIsReady(demo);
    await demo.untilSays('running until Ctrl-C');
    const page = /dashboard: (http:\S+)/.exec(demo.output)?.[1] ?? '';
    expect((await fetch(`${page}/healthz`)).status).toBe(200);
    demo.process.kill('SIGTERM');
    expect(await demo.ended, demo.output).toBe(0);
    expect(await readdir(dir)).toEqual([]);
    await untilGone(processes);
  });

  it('ends with 130 at Ctrl-C, and leaves nothing behind', async () => {
    const demo = start(SMALL);
    const processes = await untilFleetIsReady(demo);
    demo.process.kill('SIGINT');
    expect(await demo.ended, demo.output).toBe(130);
    expect(await readdir(dir)).toEqual([]);
    await untilGone(processes);
  });

  it('ends the fleet and the servers even if it is killed with SIGKILL', async () => {
    const demo = start(SMALL);
    const processes = await untilFleetIsReady(demo);
    demo.process.kill('SIGKILL');
    await untilGone(processes);
  });

  it('fails, and names the folder of the logs, when an app of its fleet ends by itself', async () => {
    const demo = start(SMALL);
    const processes = await untilFleetIsReady(demo);
    const scheduler = processes.find(({ command }) => command.includes('scheduler'));
    process.kill(scheduler?.pid ?? Number.NaN, 'SIGKILL');
    expect(await demo.ended, demo.output).toBe(1);
    expect(demo.lines.at(-2)).toBe('failed: scheduler ended by itself with SIGKILL');
    const logs = /state are in (.*)$/m.exec(demo.output)?.[1] ?? '';
    expect(await readdir(join(logs, 'fleet'))).toContain('scheduler.log');
    await untilGone(processes);
  });

  it('refuses a bad option with one sentence and exit code 2', async () => {
    const demo = start(['--messages', 'many']);
    expect(await demo.ended).toBe(2);
    expect(demo.lines).toEqual([]);
    expect(demo.errors).toEqual([
      "error: option '--messages <N>' argument 'many' is invalid. Give a whole number from 2 to 100000000.",
    ]);
  });
});
