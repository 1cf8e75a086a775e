import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { queueCalls, queueWrites } from '../src/queue-calls.js';

const jobQueue = fileURLToPath(new URL('..', import.meta.url));
const CALLS = /(?:rcall|redis\.call)\(['"]([a-z]+)['"]/gi;

function calledIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /\.(js|ts)$/.test(file))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(CALLS)])
    .map(([, name = '']) => name.toUpperCase());
}

it('doctor knows each command that BullMQ’s scripts and ours run', () => {
  const bullmq = join(jobQueue, 'node_modules/bullmq/dist/esm/scripts');
  const called = new Set([...calledIn(bullmq), ...calledIn(join(jobQueue, 'src'))]);
  expect(called.size).toBeGreaterThan(50);
  const known = ['MULTI', ...[...queueWrites('key'), ...queueCalls('key')].map(([name]) => name)];
  expect([...called].filter((name) => !known.includes(name))).toEqual([]);
});
