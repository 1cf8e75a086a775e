// @ts-check
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pruneStaleOutputs } from './prune-stale-outputs.mjs';
import { root } from './root.mjs';
import { runQuietly, SetupError } from './run-quietly.mjs';
import { withLock } from './with-lock.mjs';

/** Node, and the path of the compiler. */
export const tsc = /** @type {const} */ ([process.execPath, join(root, 'node_modules/typescript/bin/tsc')]);

/**
 * Type checkers in parallel: half of the cores. Each checks shared types by itself, so the default of four takes
 * more than twice the CPU of one.
 */
export const checkers = ['--checkers', String(Math.max(1, Math.floor(availableParallelism() / 2)))];

/**
 * Compiles stale projects; the compiler decides which ones are.
 *
 * @throws {SetupError} with the compiler's output if it finds errors
 */
export async function build() {
  await withLock('build', async () => {
    pruneStaleOutputs(root);
    const { ok, output } = await runQuietly(tsc[0], [tsc[1], '-b', ...checkers]);
    if (!ok) throw new SetupError(`${output}\nthe build failed; the compiler's output is above`);
  });
}
