// @ts-check
import { join } from 'node:path';
import { pruneStaleOutputs } from './prune-stale-outputs.mjs';
import { root } from './root.mjs';
import { runQuietly, SetupError } from './run-quietly.mjs';
import { withLock } from './with-lock.mjs';

/** Node, and the path of the compiler. */
export const tsc = /** @type {const} */ ([process.execPath, join(root, 'node_modules/typescript/bin/tsc')]);

/**
 * Compiles stale projects; the compiler decides which ones are.
 *
 * @throws {SetupError} with the compiler's output if it finds errors
 */
export async function build() {
  await withLock('build', async () => {
    pruneStaleOutputs(root);
    const { ok, output } = await runQuietly(tsc[0], [tsc[1], '-b']);
    if (!ok) throw new SetupError(`${output}\nthe build failed; the compiler's output is above`);
  });
}
