import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtApp } from '@redis-to-mongo/test-kit';
import { vi } from 'vitest';

const MAIN = 'apps/dashboard/dist/main.js';
const started = new Map<ReturnType<typeof spawn>, string>();

/** Starts the dashboard's app by its main.js, with this environment and no other. */
export function aProcess(env: Record<string, string>) {
  // A folder of its own: a config.json that lies where the tests run must not count.
  const cwd = mkdtempSync(join(tmpdir(), 'dashboard-test-'));
  const child = spawn(process.execPath, [builtApp(MAIN)], {
    cwd,
    env: { PATH: process.env.PATH, DASHBOARD_PORT: '0', LOG_FORMAT: 'json', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.set(child, cwd);
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    out.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    out.stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => code as number);
  const line = async (msg: string): Promise<Record<string, string>> =>
    await vi.waitFor(
      () => {
        const found = out.stdout.split('\n').find((text) => text.includes(`"msg":"${msg}`));
        if (found === undefined) throw new Error(`${msg} was not logged:\n${out.stdout}${out.stderr}`);
        return JSON.parse(found) as Record<string, string>;
      },
      { timeout: 120_000 },
    );
  return { child, out, ended, line };
}

/** Ends all that still run, and takes their folders away. */
export function endProcesses(): void {
  for (const [child, cwd] of started) {
    child.kill('SIGKILL');
    rmSync(cwd, { recursive: true, force: true });
  }
  started.clear();
}
