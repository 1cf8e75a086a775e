import { describe, expect, it } from 'vitest';
import { countTests, summaryOf } from '../run/count-tests.mjs';

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
    expect(countTests(JSON.stringify(json), 1)).toMatchObject({ passed: 5, failed: 1 });
  });

  it('takes a file that failed before its first test for one failure', () => {
    const json = {
      numPassedTests: 5,
      numFailedTests: 1,
      testResults: [file('failed'), file('failed', 'failed')],
    };
    expect(countTests(JSON.stringify(json), 1)).toMatchObject({ passed: 5, failed: 2 });
  });

  it('takes a run that failed without a failed test for one failure', () => {
    const json = { numPassedTests: 5, numFailedTests: 0, testResults: [] };
    expect(countTests(JSON.stringify(json), 1)).toMatchObject({ passed: 5, failed: 1 });
  });

  it('takes a run without results for one failure', () => {
    expect(countTests(undefined, 137)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('tells how many were skipped, and for which need', () => {
    const skipped = (fullName: string) => ({ status: 'skipped', fullName });
    const needs = [skipped('JSON (needs RedisJSON) one'), skipped('JSON (needs RedisJSON) two')];
    const json = {
      numPassedTests: 5,
      numFailedTests: 0,
      testResults: [
        { status: 'passed', assertionResults: [...needs, skipped('left out'), { status: 'passed' }] },
      ],
    };
    expect(summaryOf(countTests(JSON.stringify(json), 0))).toBe(
      'skipped: 2, needs RedisJSON\n5 passed, 0 failed, 3 skipped',
    );
  });

  it('says nothing of skipped tests where there are none', () => {
    const json = { numPassedTests: 5, numFailedTests: 0, testResults: [file('passed', 'passed')] };
    expect(summaryOf(countTests(JSON.stringify(json), 0))).toBe('5 passed, 0 failed');
  });
});
