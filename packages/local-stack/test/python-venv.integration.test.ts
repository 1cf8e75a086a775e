import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pythonVenv } from '../src/python-venv.js';
import { runCommand } from '../src/run-command.js';

// Small, without dependencies, and the same for every Python.
const requirement = 'six==1.17.0';

describe('a virtual environment', () => {
  let cache: string;
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'a cache '));
    vi.stubEnv('XDG_CACHE_HOME', cache);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });

  it('is installed once by two concurrent calls, and replaces an incomplete one', async () => {
    const half = join(cache, 'redis-to-mongo', 'venvs', 'six-1.17.0', 'bin', 'python');
    await mkdir(dirname(half), { recursive: true });
    await writeFile(half, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const lines: string[] = [];
    const venvs = await Promise.all([1, 2].map(() => pythonVenv(requirement, (line) => lines.push(line))));
    expect(lines).toHaveLength(1);
    for (const { python } of venvs) {
      expect(await runCommand(python, ['-c', 'import six; print(six.__version__)'])).toBe('1.17.0\n');
    }
  });

  it('is reused unchanged', async () => {
    const lines: string[] = [];
    const { dir } = await pythonVenv(requirement, (line) => lines.push(line));
    expect(lines).toEqual([]);
    expect((await stat(join(dir, 'installed'))).isFile()).toBe(true);
  });

  it('reports the error of pip if there is no such package', async () => {
    await expect(pythonVenv('six==0.0.0.1', () => {})).rejects.toMatchObject({
      code: 'LOCAL_STACK_COMMAND_FAILED',
      message: expect.stringContaining('six==0.0.0.1'),
    });
  });
});
