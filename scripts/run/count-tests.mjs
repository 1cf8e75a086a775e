// @ts-check

/**
 * Counts vitest's JSON results. A file that failed before its first test, and a run that failed without a failed
 * test (an unhandled error, no results at all), count as one failure each: nothing that failed adds up to zero.
 * A test that a server or a machine has not what it takes for says so in its name, as in `(needs RedisJSON)`.
 *
 * @param {string | undefined} json
 * @param {number} exitCode
 * @returns {{passed: number, failed: number, skipped: number, reasons: Map<string, number>}} `reasons` tells how many
 *   tests were skipped for which need; the others were left out by whoever ran them
 */
export function countTests(json, exitCode) {
  const results = json === undefined ? {} : JSON.parse(json);
  /** @type {{status: string, assertionResults: {status: string, fullName?: string}[]}[]} */
  const files = results.testResults ?? [];
  const failedFiles = files.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = Number(results.numFailedTests ?? 0) + failedFiles;
  /** @type {Map<string, number>} */
  const reasons = new Map();
  for (const { status, fullName = '' } of files.flatMap(({ assertionResults }) => assertionResults)) {
    const need = /\((needs [^)]+)\)/.exec(fullName)?.[1];
    if (isSkipped(status) && need !== undefined) reasons.set(need, (reasons.get(need) ?? 0) + 1);
  }
  return {
    passed: Number(results.numPassedTests ?? 0),
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: files
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => isSkipped(status)).length,
    reasons,
  };
}

/** @param {string} status */
function isSkipped(status) {
  return status === 'skipped' || status === 'pending';
}

/**
 * The last lines of a run: why tests were skipped, if there are such, and the counts.
 *
 * @param {ReturnType<typeof countTests>} counts
 */
export function summaryOf({ passed, failed, skipped, reasons }) {
  const lines = [...reasons].map(([need, tests]) => `skipped: ${tests}, ${need}`);
  const counts = `${passed} passed, ${failed} failed`;
  return [...lines, skipped > 0 ? `${counts}, ${skipped} skipped` : counts].join('\n');
}
