// @ts-check
import { hash, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './root.mjs';
import { SetupError } from './run-quietly.mjs';

const waitMs = 15 * 60_000;

/**
 * Runs `work` while no other process works under the same name in this checkout. The lock is a file
 * with the holder's pid. The lock of an ended process is taken over. (Without a library: this runs
 * before anything is installed.)
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {SetupError} if the lock is not free within 15 minutes
 */
export async function withLock(name, work) {
  const checkout = hash('sha256', root, 'hex').slice(0, 12);
  const path = join(tmpdir(), `redis-to-mongo-${userInfo().uid}-${checkout}-${name}.lock`);
  const deadline = Date.now() + waitMs;
  while (!take(path)) {
    removeStale(path);
    if (Date.now() > deadline) {
      throw new SetupError(
        `another run has been busy with "${name}" for 15 minutes; if there is none, delete ${path}`,
      );
    }
    await delay(50);
  }
  const release = () => unlink(path);
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** @param {string} path */
function take(path) {
  // Written under another name and linked, so the lock always contains its pid.
  const own = `${path}.${process.pid}`;
  writeFileSync(own, `${process.pid} ${randomUUID()}`);
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    unlink(own);
  }
}

/**
 * To remove the lock of a dead holder, a process must create a file named after that lock, and the lock must
 * still be the same. So a slow process never removes the lock of a faster one.
 *
 * @param {string} path
 */
function removeStale(path) {
  const holder = read(path);
  if (holder === undefined) return;
  const [pid, id] = holder.split(' ');
  if (isAlive(Number(pid))) return;
  const claim = `${path}.${id}`;
  try {
    writeFileSync(claim, '', { flag: 'wx' });
  } catch {
    return;
  }
  if (read(path) === holder) unlink(path);
  unlink(claim);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function unlink(path) {
  try {
    unlinkSync(path);
  } catch {
    // Already removed.
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
