// @ts-check
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';
import { runChild } from './run-child.mjs';
import { SetupError } from './run-quietly.mjs';

/**
 * Filters for the files of tests with random inputs. Each test records its number of inputs
 * (packages/test-kit/src/fuzz.ts).
 */
const files = ['fuzz', 'packages/pipeline/test/line/content'];

/**
 * `npm run fuzz -- [--times N] [--seed S] [--record]`: runs the tests with random inputs, with N times
 * as many inputs as an ordinary run (default 20), and prints the number of inputs per test. --record
 * adds it to docs/reliability.md.
 *
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runFuzz(args) {
  const { times, seed, record } = optionsOf(args);
  const begun = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'redis-to-mongo-fuzz-'));
  const report = join(folder, 'report');
  writeFileSync(report, '');
  Object.assign(process.env, { FUZZ_TIMES: times, FUZZ_SEED: seed, FUZZ_REPORT: report });
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const code = await runChild(process.execPath, [vitest, 'run', '--testTimeout=0', ...files]);
    const counts = readFileSync(report, 'utf8').split('\n').filter(Boolean).map(countOf);
    const rows = counts.map(([what, cases]) => `${what}: ${cases.toLocaleString('en-US')}`).sort();
    console.log(`\nseed ${seed}\n${rows.join('\n')}`);
    if (code === 0 && record) {
      const { recordRun } = await import(
        join(root, 'packages/proving-ground/dist/reliability/proving-run.js')
      );
      const seconds = Math.round((performance.now() - begun) / 1000);
      /** @type {Record<string, number>} */
      const inputs = {};
      for (const [what, cases] of counts) inputs[what] = (inputs[what] ?? 0) + cases;
      await recordRun('fuzz', { seed: Number(seed), seconds, servers: [], problems: [], inputs });
    }
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string[]} args */
function optionsOf(args) {
  /** @type {import('node:util').ParseArgsConfig['options']} */
  const options = {
    times: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    record: { type: 'boolean', default: false },
  };
  try {
    const { values } = parseArgs({ args, options });
    const [times, seed] = [String(values.times), String(values.seed)];
    if (!/^[1-9]\d{0,5}$/.test(times)) throw new Error(`--times '${times}' is not a whole number above 0`);
    if (!/^\d{1,10}$/.test(seed)) throw new Error(`--seed '${seed}' is not a whole number`);
    return { times, seed, record: values.record === true };
  } catch (error) {
    throw new SetupError(
      `${error instanceof Error ? error.message : error}; usage: fuzz [--times N] [--seed S] [--record]`,
      2,
    );
  }
}

/**
 * @param {string} line
 * @returns {[what: string, cases: number]}
 */
function countOf(line) {
  const { what, cases } = JSON.parse(line);
  return [String(what), Number(cases)];
}
