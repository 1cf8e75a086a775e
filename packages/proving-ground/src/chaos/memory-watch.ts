import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Fleet } from '../fleet/fleet.js';
import { repeatEvery } from '../program/repeat-every.js';

const run = promisify(execFile);
const EVERY_MS = 1_000;

/** The most memory that any process of each app held, in bytes. */
export class MemoryWatch {
  readonly peaks = new Map<string, number>();

  /** Reads until the signal aborts. */
  async run(fleet: Fleet, signal: AbortSignal): Promise<void> {
    await repeatEvery(EVERY_MS, signal, async () => {
      const running = fleet.members.filter(({ isRunning, pid }) => isRunning && pid !== undefined);
      const held = await residentBytes(running.map(({ pid }) => pid ?? 0));
      for (const { app, pid } of running) {
        const bytes = held.get(pid ?? 0) ?? 0;
        if (bytes > (this.peaks.get(app) ?? 0)) this.peaks.set(app, bytes);
      }
    });
  }
}

/** The resident memory of each process that is running, in bytes, by its pid. */
async function residentBytes(pids: readonly number[]): Promise<Map<number, number>> {
  if (pids.length === 0) return new Map();
  // It fails where one of them has ended meanwhile, and still reports the others.
  const listed: unknown = await run('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: unknown }) => error.stdout,
  );
  const lines = String(listed ?? '').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, pid, kib] = /^\s*(\d+)\s+(\d+)/.exec(line) ?? [];
      return kib === undefined ? [] : [[Number(pid), Number(kib) * 1024] as const];
    }),
  );
}
