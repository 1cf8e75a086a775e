// @ts-check
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Creates a directory for the temporary files of this process. First it removes directories of the same kind
 * that a process left behind, such as after a SIGKILL: those whose names contain the pid of an ended process.
 *
 * @param {string} kind a word for its name
 * @param {string} [parent] default: the system's temporary directory
 * @returns {string} its path; the caller removes it
 */
export function makeTempDir(kind, parent = tmpdir()) {
  const prefix = `r2m-${kind}-`;
  for (const name of readdirSync(parent)) {
    const [, pid] = /^(\d+)-\w+$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? [];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, `${prefix}${process.pid}-`));
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
