// @ts-check
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @typedef {{ env?: NodeJS.ProcessEnv, cwd?: string, input?: string, timeoutMs?: number, loud?: boolean }} RunOptions
 * `loud`: what it prints is shown.
 * @typedef {{ code: number, output: string }} Ran
 */

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ran>} its output and its exit code; -1 if it cannot be started, or takes too long.
 */
export async function tryRun(command, args, { env, cwd, input, timeoutMs = 600_000, loud = false } = {}) {
  return await new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, timeout: timeoutMs });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        if (loud) process.stdout.write(chunk);
      });
    child.stdin.on('error', () => {}); // the program ended before it read everything
    child.stdin.end(input ?? '');
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/**
 * As tryRun, but throws an error unless the exit code is 0.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} its output.
 */
export async function run(command, args, options) {
  const { code, output } = await tryRun(command, args, options);
  if (code === 0) return output;
  throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-4_000)}`);
}

/**
 * Waits until something holds.
 *
 * @param {string} what for the error.
 * @param {() => Promise<boolean>} holds
 * @param {number} withinMs
 */
export async function until(what, holds, withinMs) {
  for (const end = Date.now() + withinMs; !(await holds()); await delay(1_000))
    if (Date.now() > end) throw new Error(`after ${withinMs / 1000} s still not: ${what}`);
}
