import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtApp } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../dist/bench.js', import.meta.url));

/** A rival that prints its version, but exits as soon as it should run. */
const BROKEN = '#!/bin/sh\n[ "$1" = --version ] && echo "Version: v0.0.1" && exit 0\nexit 3\n';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
}

it('a failed measurement is named, and all others are reported', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-test-'));
  const bin = join(dir, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'redpanda-connect'), BROKEN);
  await chmod(join(bin, 'redpanda-connect'), 0o755);
  const { code, stdout } = await run(
    process.execPath,
    [script, '--tiny', '--json', '--only', 'throughput,discovery'],
    {
      env: {
        ...process.env,
        PATH: `${bin}${delimiter}${process.env.PATH}`,
        BENCH_MONGO_URI: '',
        PROVING_APPS: builtApp('apps'),
        TMPDIR: dir,
      },
      maxBuffer: 16 * 1024 * 1024,
    },
  ).then(
    (ended): Outcome => ({ code: 0, stdout: ended.stdout }),
    (error: unknown): Outcome => ({
      code: Number(Reflect.get(Object(error), 'code')),
      stdout: String(Reflect.get(Object(error), 'stdout')),
    }),
  );
  expect(code).toBe(1);
  const result: unknown = JSON.parse(stdout);
  expect(result).toMatchObject({
    failures: [
      expect.stringMatching(
        /^throughput, 4 × 100, Redpanda Connect: (a process that is measured has ended|.*moved 0 of 400)/,
      ),
    ],
    problems: [expect.stringContaining('Redpanda Connect')],
    rows: [
      ...['the fleet', 'the limit', "the old engine's way"].map((who) => ({ part: 'throughput', who })),
      { part: 'discovery', load: '20' },
    ],
  });
  await rm(dir, { recursive: true });
});
