// @ts-check
/** @import { FileResult, RunResult } from './results-reporter.mjs' */

/**
 * Merges the results of repeated files into those of the first run. A failed test stays failed
 * unless it passed in the repeated run; then it is flaky. If a file failed outside of its tests and
 * passed later, the file is flaky.
 *
 * @param {RunResult} first
 * @param {readonly RunResult[]} again results of the repeated files
 * @returns {{result: RunResult, flaky: string[]}}
 */
export function mergeRuns(first, again) {
  const later = again.flatMap(({ files }) => files);
  /** @type {string[]} */
  const flaky = [];
  const files = first.files.map((file) => {
    const next = later.find(({ project, path }) => project === file.project && path === file.path);
    if (!file.failed || next === undefined) return file;
    const tests = file.tests.map(({ name, state }) => {
      const now = worstOf(next.tests.filter((test) => test.name === name).map((test) => test.state)) ?? state;
      if (state !== 'failed') return { name, state: now };
      if (now === 'passed') flaky.push(`${labelOf(file)} > ${name}`);
      return { name, state: now === 'passed' ? now : 'failed' };
    });
    if (!next.failed && !hasFailedTest(file)) flaky.push(`${labelOf(file)}, outside of its tests`);
    return { ...file, failed: next.failed, tests };
  });
  return {
    result: { errors: first.errors + again.reduce((sum, { errors }) => sum + errors, 0), files },
    flaky,
  };
}

/**
 * The state of tests with the same name: passed only if all of them passed.
 *
 * @param {readonly string[]} states
 */
function worstOf(states) {
  return (
    states.find((state) => state === 'failed') ?? states.find((state) => state !== 'passed') ?? states[0]
  );
}

/** @param {Pick<FileResult, 'project' | 'path'>} file */
export function labelOf({ project, path }) {
  return `[${project}] ${path}`;
}

/**
 * Counts a run's results. Each of these counts as one failure, so no failure goes uncounted: a file that
 * failed without a failed test, any errors outside of tests, and a run that failed for no other reason. A
 * test that needs a certain server or machine has the need in its name, such as `(needs RedisJSON)`.
 *
 * @param {RunResult | undefined} result
 * @param {number} exitCode
 * @returns {{passed: number, failed: number, skipped: number, reasons: Map<string, number>}} `reasons`:
 * number of skipped tests per need; other skipped tests were excluded by the user
 */
export function countTests(result, exitCode) {
  const { files = [], errors = 0 } = result ?? {};
  const tests = files.flatMap((file) => file.tests);
  const count = (/** @type {string} */ wanted) => tests.filter(({ state }) => state === wanted).length;
  const failed =
    count('failed') +
    files.filter((file) => file.failed && !hasFailedTest(file)).length +
    (errors > 0 ? 1 : 0);
  /** @type {Map<string, number>} */
  const reasons = new Map();
  for (const { name, state } of tests) {
    const need = /\((needs [^)]+)\)/.exec(name)?.[1];
    if (isSkipped(state) && need !== undefined) reasons.set(need, (reasons.get(need) ?? 0) + 1);
  }
  return {
    passed: count('passed'),
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: tests.filter(({ state }) => isSkipped(state)).length,
    reasons,
  };
}

/** @param {FileResult} file */
function hasFailedTest({ tests }) {
  return tests.some(({ state }) => state === 'failed');
}

/** @param {string} state */
function isSkipped(state) {
  return state === 'skipped' || state === 'pending';
}

/**
 * The last lines of a run: flaky tests, skipped tests by need, and the counts.
 *
 * @param {ReturnType<typeof countTests>} counts
 * @param {readonly string[]} flaky
 */
export function summaryOf({ passed, failed, skipped, reasons }, flaky = []) {
  const lines = [...reasons].map(([need, tests]) => `skipped: ${tests}, ${need}`);
  if (flaky.length > 0)
    lines.unshift(
      `${flaky.length} flaky: passed only when run again; a flaky test is a defect`,
      ...flaky.map((name) => `  ${name}`),
    );
  const counts = `${passed} passed, ${failed} failed`;
  return [...lines, skipped > 0 ? `${counts}, ${skipped} skipped` : counts].join('\n');
}
