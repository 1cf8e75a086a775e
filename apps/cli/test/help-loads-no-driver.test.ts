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
  await promisify(execFile)(process.execPath, [COMMAND, ...argv], { env }).catch(({ code }) =>
    expect(code).toBe(2),
  );
  const files = readdirSync(dir).flatMap((name) => {
    const { result }: { result: { url: string }[] } = JSON.parse(readFileSync(join(dir, name), 'utf8'));
    return result.map(({ url }) => url);
  });
  expect(files.some((url) => url.endsWith('/apps/cli/dist/run-cli.js'))).toBe(true);
  return new Set(files.flatMap((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
}

/** Packages of others that take longer to load than all else. */
const SLOW = ['mongodb', 'bson', 'ioredis', 'bullmq', 'prom-client', 'winston', 'convict', 'fastify'];

it.each([
  ['the overview of all commands', ['--help']],
  ['the help of a command', ['status', '--help']],
  ['the help of a command within a command', ['help', 'dead-letters', 'replay']],
  ['a usage error', ['audit', '--nonsense']],
  ['an unknown command', ['nonsense']],
])('%s is shown without loading a driver', async (_, argv) => {
  const packages = await packagesOf(...argv);
  expect(packages).toContain('commander');
  for (const name of SLOW) expect(packages, name).not.toContain(name);
});

it('a command loads the drivers that it needs', async () => {
  expect(await packagesOf('config')).toContain('convict');
});
