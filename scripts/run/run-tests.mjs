// @ts-check
/** @import { RunResult } from './results-reporter.mjs' */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countTests, labelOf, mergeRuns, summaryOf } from './count-tests.mjs';
import { root } from './root.mjs';
import { runChild } from './run-child.mjs';
import { makeTempDir } from './temp-dir.mjs';

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const reporter = fileURLToPath(new URL('results-reporter.mjs', import.meta.url));

/** If more files than this fail, flaky tests are not the reason, and nothing is repeated. */
const MOST_RUN_AGAIN = 10;

/**
 * Runs the tests. Each failed file is run again, alone; a test that passes only then is reported as flaky.
 * The last line is `N passed, N failed`, with `, N skipped` if some were.
 *
 * @param {string[]} args for vitest
 * @param {{cwd?: string}} [place] cwd: the folder of vitest's configuration; default the checkout
 * @returns {Promise<number>} the exit code
 */
export async function runTests(args, { cwd = root } = {}) {
  const folder = makeTempDir('tests');
  // All temporary files of a run are in one folder: a signal may end vitest and
  // tests before they remove theirs.
  process.env.TMPDIR = folder;
  const run = async (/** @type {string[]} */ runArgs) => {
    const path = join(folder, 'results.json');
    rmSync(path, { force: true });
    process.env.TEST_RESULTS = path;
    const reporters = ['--reporter=default', `--reporter=${reporter}`];
    const code = await runChild(process.execPath, [vitest, 'run', ...reporters, ...runArgs], { cwd });
    return { code, result: read(path) };
  };
  try {
    const { code, result } = await run(args);
    const failed = result?.files.filter((file) => file.failed) ?? [];
    if (result === undefined || failed.length === 0 || failed.length > MOST_RUN_AGAIN || code >= 128)
      return say(countTests(result, code), code);
    const options = await optionsOf(args);
    /** @type {RunResult[]} */
    const again = [];
    for (const file of failed) {
      console.log(`\n${labelOf(file)} failed: it is run once more, alone.`);
      const next = await run([...options, `--project=${file.project}`, join(cwd, file.path)]);
      if (next.code >= 128) return say(countTests(result, code), next.code);
      if (next.result !== undefined) again.push(honest(next.result, next.code));
    }
    const merged = mergeRuns(result, again);
    const counts = countTests(merged.result, 0);
    return say(counts, counts.failed === 0 ? 0 : code, merged.flaky);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * If a run failed but its results show no failure, counts one error outside of tests.
 *
 * @param {RunResult} result
 * @param {number} code
 * @returns {RunResult}
 */
function honest(result, code) {
  const isReported = code === 0 || result.errors > 0 || result.files.some((file) => file.failed);
  return isReported ? result : { ...result, errors: 1 };
}

/**
 * The arguments without those that select files or projects.
 *
 * @param {string[]} args
 */
async function optionsOf(args) {
  const { parseCLI } = await import('vitest/node');
  const { filter } = parseCLI(['vitest', 'run', ...args]);
  return args.filter(
    (arg, i) => !filter.includes(arg) && !arg.startsWith('--project') && args[i - 1] !== '--project',
  );
}

/**
 * @param {ReturnType<typeof countTests>} counts
 * @param {number} code
 * @param {readonly string[]} [flaky]
 */
function say(counts, code, flaky) {
  console.log(summaryOf(counts, flaky));
  return code;
}

/** @param {string} path @returns {RunResult | undefined} */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
