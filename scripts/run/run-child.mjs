// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.mjs';

/** Ctrl-C under npm arrives twice at almost the same time: from the terminal, and passed on by npm. */
const sameSignalMs = 250;
const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program in the foreground and passes signals on to it. The program has a process group of its own, so that a
 * Ctrl-C reaches it once, through here, and a second one means a second one. It sees the IPC channel close when this
 * process has gone without a word.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string}} [options] cwd: default the checkout
 * @returns {Promise<number>} its exit code, 128 + n when signal n ended it
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
