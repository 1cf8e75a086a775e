// @ts-check

/**
 * Counts vitest's JSON results. A file that failed before its first test, and a run that failed without a failed
 * test (an unhandled error, no results at all), count as one failure each: nothing that failed adds up to zero.
 *
 * @param {string | undefined} json
 * @param {number} exitCode
 * @returns {{passed: number, failed: number}}
 */
export function countTests(json, exitCode) {
  const results = json === undefined ? {} : JSON.parse(json);
  /** @type {{status: string, assertionResults: {status: string}[]}[]} */
  const files = results.testResults ?? [];
  const failedFiles = files.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = Number(results.numFailedTests ?? 0) + failedFiles;
  return { passed: Number(results.numPassedTests ?? 0), failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}
