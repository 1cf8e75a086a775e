import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const WITHIN_MS = 10_000;

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly command: string;
}

/**
 * Finds processes that should have ended but still run: the given ones, and all descendants of this process.
 * Waits up to 10 s for them to end.
 */
export async function processesLeft(pids: ReadonlySet<number>): Promise<string[]> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const left = leftIn(await processTable(), pids, process.pid);
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(100);
  }
}

/** As processesLeft, for a process table that was already read. */
function leftIn(table: readonly Row[], pids: ReadonlySet<number>, self: number): string[] {
  const family = new Set([self]);
  // Pids may wrap around, so a child may be listed before its parent. Repeat until no process is added.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of table) if (family.has(parent)) family.add(pid);
  }
  return table
    .filter(({ pid, parent, state, command }) => {
      if (pid === self || state.startsWith('Z')) return false;
      if (command.startsWith('ps ') && parent === self) return false; // the `ps` that listed the table
      return pids.has(pid) || family.has(pid);
    })
    .map(({ pid, command }) => `process ${pid} is still running: ${command.slice(0, 100)}`);
}

async function processTable(): Promise<Row[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { maxBuffer: 1 << 24 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state, command }];
  });
}
