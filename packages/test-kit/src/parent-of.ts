import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The pid of the parent of a running process. */
export async function parentOf(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    // "pid (name) state ppid …"; the name may contain spaces.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
  }
  const { stdout } = await run('ps', ['-o', 'ppid=', '-p', String(pid)]);
  return Number(stdout.trim());
}
