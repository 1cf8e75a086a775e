import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const module = new URL('../run/run-tests.mjs', import.meta.url).href;

/** Two projects that share one file. */
const CONFIG = `
  const project = (name, include) => ({ test: { name, include, globals: true } });
  export default { test: { projects: [
    project('one', ['shared.test.mjs', 'well.test.mjs']),
    project('two', ['shared.test.mjs', 'early.test.mjs', 'stray.test.mjs']),
  ] } };
`;

/** Fails once, in project one. */
const SHARED = `
  import { existsSync, writeFileSync } from 'node:fs';
  it('passes', () => {});
  it('passes the second time', ({ task }) => {
    if (task.file.projectName !== 'one') return;
    const wasHere = existsSync('was here');
    writeFileSync('was here', '');
    expect(wasHere).toBe(true);
  });
`;

describe('the tests as a whole', { timeout: 120_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run tests '));
    await writeFile(join(folder, 'vitest.config.mjs'), CONFIG);
    await writeFile(join(folder, 'shared.test.mjs'), SHARED);
    await writeFile(join(folder, 'well.test.mjs'), `it('is well (needs nothing)', () => {});`);
    await writeFile(join(folder, 'early.test.mjs'), `throw new Error('before the first test');`);
    await writeFile(
      join(folder, 'stray.test.mjs'),
      `it('ends', async () => { Promise.reject(new Error('stray')); await new Promise(setImmediate); });`,
    );
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function run(...args: string[]): Promise<{ code: number; stdout: string }> {
    await rm(join(folder, 'was here'), { force: true });
    const code = `
      import { runTests } from ${JSON.stringify(module)};
      process.exitCode = await runTests(${JSON.stringify(args)}, { cwd: process.cwd() });
    `;
    const { VITEST: _none, NODE_ENV: _neither, ...env } = process.env;
    return await new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--input-type=module', '-e', code],
        { cwd: folder, env: { ...env, NO_COLOR: '1' } },
        (error, stdout) => resolve({ code: error === null ? 0 : Number(error.code), stdout }),
      );
    });
  }

  it('pass, and name the test that passed only when its file was run again', async () => {
    const { code, stdout } = await run('shared', 'well');
    expect(stdout).toContain('[one] shared.test.mjs failed: it is run once more, alone.\n');
    expect(stdout).toMatch(/Tests {2}2 passed \(2\)/); // only this file of this project
    expect(stdout.split('\n').slice(-4)).toEqual([
      '1 flaky: passed only when run again; a flaky test is a defect',
      '  [one] shared.test.mjs > passes the second time',
      '5 passed, 0 failed',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('are run again with the same options', async () => {
    const { code, stdout } = await run('--project', 'one', 'shared', '-t', 'second time');
    expect(stdout).toMatch(/1 flaky:[^\n]*\n[^\n]*second time\n1 passed, 0 failed, 1 skipped\n$/);
    expect(code).toBe(0);
  });

  it('fail if one fails twice, and by an error outside of tests', async () => {
    const { code, stdout } = await run('shared', 'early', 'stray');
    expect(stdout).toMatch(/\n1 flaky:.*second time\n5 passed, 2 failed\n$/s);
    expect(code).toBe(1);
  });
});
