// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { check } from './check.mjs';
import { install } from './install.mjs';
import { root } from './root.mjs';
import { runChild } from './run-child.mjs';
import { runFuzz } from './run-fuzz.mjs';
import { SetupError } from './run-quietly.mjs';
import { runTests } from './run-tests.mjs';

/** The built file of each target. Arguments are passed to it. */
const programs = {
  demo: 'packages/proving-ground/dist/demo.js',
  bench: 'packages/proving-ground/dist/bench.js',
  chaos: 'packages/proving-ground/dist/chaos.js',
  soak: 'packages/proving-ground/dist/soak.js',
  stack: 'packages/local-stack/dist/stack-command.js',
  cli: 'apps/cli/dist/main.js',
  start: 'apps/up/dist/main.js',
  'start:scheduler': 'apps/scheduler/dist/main.js',
  'start:worker': 'apps/worker/dist/main.js',
  'start:dashboard': 'apps/dashboard/dist/main.js',
};

const run = (/** @type {string} */ path, /** @type {string[]} */ args) =>
  runChild(process.execPath, [join(root, path), ...args]);

/**
 * Targets that are functions. Each gets the arguments, and returns the exit code.
 *
 * @type {Record<string, (args: string[]) => Promise<number>>}
 */
const others = {
  test: runTests,
  'test:watch': (args) => run('node_modules/vitest/vitest.mjs', ['--watch', ...args]),
  fuzz: runFuzz,
  // Imported late, because its own imports need the installed dependencies.
  pack: async (args) => await (await import('../pack/pack.mjs')).pack(args),
  docs: (args) => run('scripts/run/write-docs.mjs', args),
};

/**
 * Installs, builds and runs a target.
 *
 * @param {string | undefined} target
 * @param {string[]} args
 * @returns {Promise<number>} the exit code: the target's, 128 + n if signal n ended
 * it, or 1 if it could not run
 */
export async function runTarget(target, args) {
  try {
    if (target === 'check') {
      await install();
      return await check();
    }
    const [, other] = Object.entries(others).find(([name]) => name === target) ?? [];
    const [, program] = Object.entries(programs).find(([name]) => name === target) ?? [];
    if (!other && program === undefined) {
      const known = [...Object.keys(programs), ...Object.keys(others), 'check'].join(', ');
      throw new SetupError(`unknown target ${target}; there are: ${known}`);
    }
    await install();
    await build();
    if (other) return await other(args);
    if (program === undefined || !existsSync(join(root, program)))
      throw new SetupError(`${program} was not built; is its source still there?`);
    return await run(program, args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
}
