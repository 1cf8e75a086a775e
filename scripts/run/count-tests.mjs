// @ts-check
/** @import { FileResult, RunResult } from './results-reporter.mjs' */

/**
 * Takes the results of files that were run once more into those of the run before. A test keeps its failure unless it
 * has passed since; one that passed only then is flaky. A file whose failure was of no test is flaky in its own name.
 *
 * @param {RunResult} first
 * @param {readonly RunResult[]} again the results of the files that were run once more
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
 * The state of tests that share a name: passed only when all of them are.
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
 * Counts a run's results. A file that failed without a failed test, errors of no test, and a run that failed with none of
 * these count as one failure each: nothing that failed adds up to zero. A test that a server or a machine has not what it
 * takes for says so in its name, as in `(needs RedisJSON)`.
 *
 * @param {RunResult | undefined} result
 * @param {number} exitCode
 * @returns {{passed: number, failed: number, skipped: number, reasons: Map<string, number>}} `reasons` has how many
 *   tests were skipped for which need; the others were left out by whoever ran them
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
 * The last lines of a run: the flaky tests and why tests were skipped, if there are such, and the counts.
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
