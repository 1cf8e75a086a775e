import { describe, expect, it } from 'vitest';
import { countTests, mergeRuns, summaryOf } from '../run/count-tests.mjs';

const file = (failed: boolean, ...states: string[]) => ({
  project: 'unit',
  path: 'a.test.ts',
  failed,
  tests: states.map((state, i) => ({ name: `test ${i}`, state })),
});
const run = (...files: ReturnType<typeof file>[]) => ({ errors: 0, files });

describe('the count of tests', () => {
  it('has the counts of vitest', () => {
    const result = run(file(false, 'passed', 'passed', 'passed'), file(true, 'passed', 'failed', 'passed'));
    expect(countTests(result, 1)).toMatchObject({ passed: 5, failed: 1 });
  });

  it('counts a file that failed before its first test as one failure', () => {
    const result = run(file(true), file(true, 'failed', 'passed'));
    expect(countTests(result, 1)).toMatchObject({ passed: 1, failed: 2 });
  });

  it('counts a run that failed without a failed test as one failure', () => {
    expect(countTests(run(file(false, 'passed')), 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts errors outside of tests as one failure, besides others', () => {
    const result = { ...run(file(true, 'failed', 'passed')), errors: 3 };
    expect(countTests(result, 1)).toMatchObject({ passed: 1, failed: 2 });
  });

  it('counts a run without results as one failure', () => {
    expect(countTests(undefined, 137)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('counts skipped tests, by need', () => {
    const skipped = (name: string) => ({ name, state: 'skipped' });
    const tests = [
      ...['JSON (needs RedisJSON) one', 'JSON (needs RedisJSON) two', 'left out'].map(skipped),
      ...file(false, 'passed', 'passed').tests,
    ];
    expect(summaryOf(countTests(run({ ...file(false), tests }), 0))).toBe(
      'skipped: 2, needs RedisJSON\n2 passed, 0 failed, 3 skipped',
    );
  });

  it('does not mention skipped tests if there are none', () => {
    expect(summaryOf(countTests(run(file(false, 'passed')), 0))).toBe('1 passed, 0 failed');
  });
});

describe('a file that is run again', () => {
  const merged = (first: ReturnType<typeof run>, again: ReturnType<typeof run>) => {
    const { result, flaky } = mergeRuns(first, [again]);
    const { passed, failed } = countTests(result, 0);
    return { passed, failed, flaky };
  };
  const failedOnce = run(file(true, 'passed', 'failed'));

  it('and passes turns its failed test into a passed one, which is called flaky', () => {
    expect(merged(failedOnce, run(file(false, 'passed', 'passed')))).toEqual({
      passed: 2,
      failed: 0,
      flaky: ['[unit] a.test.ts > test 1'],
    });
  });

  it.each(['failed', 'skipped'])('and in which the test has %s keeps its failure', (state) => {
    const again = run(file(state === 'failed', 'passed', state));
    expect(merged(failedOnce, again)).toEqual({ passed: 1, failed: 1, flaky: [] });
  });

  it('and in which another test fails has that failure instead', () => {
    expect(merged(failedOnce, run(file(true, 'failed', 'passed')))).toMatchObject({ passed: 1, failed: 1 });
  });

  it('and passes is flaky itself if no test had failed', () => {
    expect(merged(run(file(true, 'skipped')), run(file(false, 'passed')))).toEqual({
      passed: 1,
      failed: 0,
      flaky: ['[unit] a.test.ts, outside of its tests'],
    });
  });

  it('and ends without results, or with an error outside of tests, stays failed', () => {
    expect(merged(failedOnce, run())).toEqual({ passed: 1, failed: 1, flaky: [] });
    expect(merged(failedOnce, { ...run(file(false, 'passed', 'passed')), errors: 1 })).toMatchObject({
      failed: 1,
    });
  });

  it('is not confused with the file of the same name in another project', () => {
    const other = { ...file(false, 'passed', 'passed'), project: 'e2e' };
    expect(merged(failedOnce, run(other))).toEqual({ passed: 1, failed: 1, flaky: [] });
  });

  it('has tests of the same name that pass only together', () => {
    const twins = (...states: string[]) => {
      const each = file(states.includes('failed'), ...states);
      return run({ ...each, tests: each.tests.map(({ state }) => ({ name: 'twin', state })) });
    };
    expect(merged(twins('failed', 'passed'), twins('passed', 'failed'))).toMatchObject({ failed: 2 });
  });

  it('is reported by name before the counts', () => {
    const { result, flaky } = mergeRuns(failedOnce, [run(file(false, 'passed', 'passed'))]);
    expect(summaryOf(countTests(result, 0), flaky)).toBe(
      '1 flaky: passed only when run again; a flaky test is a defect\n  [unit] a.test.ts > test 1\n2 passed, 0 failed',
    );
  });
});
