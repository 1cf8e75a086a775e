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
 * What should have ended and is still there: of the given processes, and of all that descend from this one. Waits a
 * little for those that are about to end.
 */
export async function processesLeft(pids: ReadonlySet<number>): Promise<string[]> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const left = leftIn(await processTable(), pids, process.pid);
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(100);
  }
}

/** As processesLeft, of a table that was read. */
function leftIn(table: readonly Row[], pids: ReadonlySet<number>, self: number): string[] {
  const family = new Set([self]);
  // Parents are older than their children, though pids may wrap around: go through until nobody is added.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of table) if (family.has(parent)) family.add(pid);
  }
  return table
    .filter(({ pid, parent, state, command }) => {
      if (pid === self || state.startsWith('Z')) return false;
      if (command.startsWith('ps ') && parent === self) return false; // the one that made the table
      return pids.has(pid) || family.has(pid);
    })
    .map(({ pid, command }) => `process ${pid} is left: ${command.slice(0, 100)}`);
}

async function processTable(): Promise<Row[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { maxBuffer: 1 << 24 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state, command }];
  });
}
