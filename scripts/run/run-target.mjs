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

/** The built file behind each target; its arguments are passed on. */
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

/**
 * Installs, builds, runs.
 *
 * @param {string | undefined} target
 * @param {string[]} args
 * @returns {Promise<number>} the exit code: the target's, 128 + n when signal n ended it, 1 when it could not be run
 */
export async function runTarget(target, args) {
  try {
    if (target === 'check') {
      await install();
      return await check();
    }
    if (target === 'test') {
      await install();
      await build();
      return await runTests(args);
    }
    if (target === 'test:watch') {
      await install();
      await build();
      return await runChild(process.execPath, [
        join(root, 'node_modules/vitest/vitest.mjs'),
        '--watch',
        ...args,
      ]);
    }
    if (target === 'fuzz') {
      await install();
      await build();
      return await runFuzz(args);
    }
    if (target === 'pack') {
      await install();
      await build();
      // What it imports is there only now.
      const { pack } = await import('../pack/pack.mjs');
      return await pack(args);
    }
    if (target === 'docs') {
      await install();
      await build();
      return await runChild(process.execPath, [join(root, 'scripts/run/write-docs.mjs'), ...args]);
    }
    const program = Object.entries(programs).find(([name]) => name === target)?.[1];
    if (program === undefined) {
      throw new SetupError(
        `unknown target ${target}; there are: ${[...Object.keys(programs), 'docs', 'fuzz', 'pack', 'test', 'test:watch', 'check'].join(', ')}`,
      );
    }
    await install();
    await build();
    if (!existsSync(join(root, program)))
      throw new SetupError(`${program} was not built; is its source still there?`);
    return await runChild(process.execPath, [join(root, program), ...args]);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
}
