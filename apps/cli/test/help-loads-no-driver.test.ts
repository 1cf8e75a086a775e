import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../bin/redis-to-mongo.mjs', import.meta.url));
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'r2m-help-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The packages of others that a call of the built command loads. */
async function packagesOf(...argv: string[]): Promise<Set<string>> {
  // Node writes down there which files it ran.
  const env = { PATH: process.env.PATH ?? '', NODE_V8_COVERAGE: dir };
  await promisify(execFile)(process.execPath, [COMMAND, ...argv], { env });
  const files = readdirSync(dir).flatMap((name) => {
    const { result }: { result: { url: string }[] } = JSON.parse(readFileSync(join(dir, name), 'utf8'));
    return result.map(({ url }) => url);
  });
  expect(files.some((url) => url.endsWith('/apps/cli/dist/run-cli.js'))).toBe(true);
  return new Set(files.flatMap((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
}

it('the overview of all commands is shown without loading a driver, which takes longer than all else', async () => {
  const packages = await packagesOf('--help');
  expect(packages).toContain('commander');
  for (const name of ['mongodb', 'bson', 'ioredis', 'bullmq', 'prom-client', 'pino'])
    expect(packages, name).not.toContain(name);
});
