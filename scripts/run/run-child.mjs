// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.mjs';

/**
 * Under npm, Ctrl-C arrives twice: from the terminal, and from npm. The same
 * signal within this time, in ms, counts as one.
 */
const sameSignalMs = 250;
const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program in the foreground, and forwards signals to it. The program has its own process group, so a
 * Ctrl-C reaches it only through this process, once, and a second Ctrl-C reaches it as a second one. If this
 * process is killed, the program sees the IPC channel close.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string}} [options] cwd: default the checkout
 * @returns {Promise<number>} its exit code, or 128 + n if signal n ended it
 */
export async function runChild(command, args, { cwd = root } = {}) {
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  /** @type {Map<string, number>} */
  const lastSeen = new Map();
  const handlers = forwarded.map((signal) => {
    const handler = () => {
      const now = performance.now();
      const again = now - (lastSeen.get(signal) ?? Number.NEGATIVE_INFINITY) < sameSignalMs;
      if (again) return;
      lastSeen.set(signal, now);
      child.kill(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) =>
        resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
      );
    });
  } finally {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  }
}
