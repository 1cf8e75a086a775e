// @ts-check
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * What came of a run, for count-tests.mjs: vitest's own JSON has neither a file's project nor errors of no test.
 *
 * @typedef {{name: string, state: string}} TestResult
 * @typedef {{project: string, path: string, failed: boolean, tests: TestResult[]}} FileResult `failed`: a test, a hook, or
 *   the file itself
 * @typedef {{errors: number, files: FileResult[]}} RunResult `errors`: those of no test
 */

/** A vitest reporter that writes a run's result to the file that the variable TEST_RESULTS names. */
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
