import { describe, expect, it } from 'vitest';
import { countTests } from '../run/count-tests.mjs';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

describe('the count of tests', () => {
  it('is what vitest counted', () => {
    const json = {
      numPassedTests: 5,
      numFailedTests: 1,
      testResults: [file('passed', 'passed'), file('failed', 'failed')],
    };
    expect(countTests(JSON.stringify(json), 1)).toEqual({ passed: 5, failed: 1 });
  });

  it('takes a file that failed before its first test for one failure', () => {
    const json = {
      numPassedTests: 5,
      numFailedTests: 1,
      testResults: [file('failed'), file('failed', 'failed')],
    };
    expect(countTests(JSON.stringify(json), 1)).toEqual({ passed: 5, failed: 2 });
  });

  it('takes a run that failed without a failed test for one failure', () => {
    const json = { numPassedTests: 5, numFailedTests: 0, testResults: [] };
    expect(countTests(JSON.stringify(json), 1)).toEqual({ passed: 5, failed: 1 });
  });

  it('takes a run without results for one failure', () => {
    expect(countTests(undefined, 137)).toEqual({ passed: 0, failed: 1 });
  });
});
