// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.mjs';

/** The reason why a target cannot run. The message is all that the user sees. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a program to its end, without showing its output. Signals are forwarded to it,
 * and then end this run as well.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] more variables
 * @returns {Promise<{ok: boolean, output: string}>} output: standard output and standard error, interleaved
 * @throws {SetupError} after a signal
 */
export async function runQuietly(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  /** @type {NodeJS.Signals | undefined} */
  let stoppedBy;
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    stoppedBy = signal;
    child.kill(signal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const ok = await new Promise((resolve) => {
      child.once('error', (error) => {
        output += error.message;
        resolve(false);
      });
      child.once('close', (code) => resolve(code === 0));
    });
    if (stoppedBy !== undefined)
      throw new SetupError(`stopped by ${stoppedBy}`, 128 + constants.signals[stoppedBy]);
    return { ok, output };
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
