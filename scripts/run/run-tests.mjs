// @ts-check
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, summaryOf } from './count-tests.mjs';
import { root } from './root.mjs';
import { runChild } from './run-child.mjs';

/**
 * Runs the tests, then prints `N passed, N failed` as the last line; `, N skipped` follows where some were.
 *
 * @param {string[]} args for vitest
 * @returns {Promise<number>} the exit code
 */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'redis-to-mongo-results-'));
  const results = join(folder, 'results.json');
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
    const code = await runChild(process.execPath, [vitest, 'run', ...reporters, ...args]);
    console.log(summaryOf(countTests(read(results), code)));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
