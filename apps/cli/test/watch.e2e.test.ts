import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { builtApp } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

const BIN = builtApp('apps/cli/bin/redis-to-mongo.mjs');
let cli: CliUnderTest;
beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

it('status --watch prints again and again, a line of JSON each time, until Ctrl-C', async () => {
  const child = spawn(process.execPath, [BIN, 'status', '--watch', '--json'], {
    env: { PATH: process.env.PATH ?? '', ...cli.env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const lines = () => output.split('\n').slice(0, -1);
  await vi.waitFor(() => expect(lines().length).toBeGreaterThanOrEqual(3), { timeout: 60_000 });
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
  for (const line of lines()) expect(JSON.parse(line)).toMatchObject({ verdict: { level: 'broken' } });
});
