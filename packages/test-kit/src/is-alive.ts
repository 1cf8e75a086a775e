import { readFileSync } from 'node:fs';

/**
 * Whether a process with this pid runs. A zombie, which has ended but was not reaped
 * by its parent, does not count.
 */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    // "pid (name) state …"; the name may contain spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}
