// @ts-check
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * The results of a run, for count-tests.mjs. Vitest's own JSON lacks the project of a file
 * and errors outside of tests.
 *
 * @typedef {{name: string, state: string}} TestResult
 * @typedef {{project: string, path: string, failed: boolean, tests: TestResult[]}} FileResult `failed`: a
 * test, a hook, or the file itself failed
 * @typedef {{errors: number, files: FileResult[]}} RunResult `errors`: number of errors outside of tests
 */

/** A vitest reporter that writes a run's results to the file named by TEST_RESULTS. */
export default class ResultsReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} errors
   */
  onTestRunEnd(modules, errors) {
    const path = process.env.TEST_RESULTS;
    if (path === undefined) return;
    /** @type {RunResult} */
    const result = {
      errors: errors.length,
      files: modules.map((module) => ({
        project: module.project.name,
        path: relative(process.cwd(), module.moduleId),
        failed: !module.ok(),
        tests: [...module.children.allTests()].map((test) => ({
          name: test.fullName,
          state: test.result().state,
        })),
      })),
    };
    writeFileSync(path, JSON.stringify(result));
  }
}
