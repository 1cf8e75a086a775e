// @ts-check
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';
import { runChild } from './run-child.mjs';
import { SetupError } from './run-quietly.mjs';

/** What the names of the files with random inputs hold; each of them counts its inputs (packages/test-kit/src/fuzz.ts). */
const files = ['fuzz', 'packages/pipeline/test/line/content'];

/**
 * `npm run fuzz -- [--times N] [--seed S] [--write-docs]`: the tests with random inputs, with N times as many as in an
 * ordinary run (default 20), and a table of how many there were; --write-docs writes it to docs/fuzz.md.
 *
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runFuzz(args) {
  const { times, seed, writeDocs } = optionsOf(args);
  const begun = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'redis-to-mongo-fuzz-'));
  const report = join(folder, 'report');
  writeFileSync(report, '');
  Object.assign(process.env, { FUZZ_TIMES: times, FUZZ_SEED: seed, FUZZ_REPORT: report });
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const code = await runChild(process.execPath, [vitest, 'run', '--testTimeout=0', ...files]);
    const counts = readFileSync(report, 'utf8').split('\n').filter(Boolean).map(countOf);
    const rows = counts.map(rowOf).sort();
    console.log(`\nseed ${seed}\n${rows.join('\n')}`);
    if (code === 0 && writeDocs) {
      writeFileSync(join(root, 'docs/fuzz.md'), page(rows, seed, times));
      const { recordRun } = await import(
        join(root, 'packages/proving-ground/dist/reliability/proving-run.js')
      );
      const seconds = Math.round((performance.now() - begun) / 1000);
      /** @type {Record<string, number>} */
      const inputs = {};
      for (const [what, cases] of counts) inputs[what] = (inputs[what] ?? 0) + cases;
      await recordRun({ tool: 'fuzz', seed: Number(seed), seconds, servers: [], problems: [], inputs });
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
    'write-docs': { type: 'boolean', default: false },
  };
  try {
    const { values } = parseArgs({ args, options });
    const [times, seed] = [String(values.times), String(values.seed)];
    if (!/^[1-9]\d{0,5}$/.test(times)) throw new Error(`--times '${times}' is not a whole number above 0`);
    if (!/^\d{1,10}$/.test(seed)) throw new Error(`--seed '${seed}' is not a whole number`);
    return { times, seed, writeDocs: values['write-docs'] === true };
  } catch (error) {
    throw new SetupError(
      `${error instanceof Error ? error.message : error}; usage: fuzz [--times N] [--seed S] [--write-docs]`,
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

/** @param {[what: string, cases: number]} count */
function rowOf([what, cases]) {
  return `| ${what} | ${cases.toLocaleString('en-US')} |`;
}

/**
 * @param {string[]} rows
 * @param {string} seed
 * @param {string} times
 */
function page(rows, seed, times) {
  return `# Random inputs

<!-- Written by \`npm run fuzz -- --write-docs\`: run it to update the page. -->

Random inputs test everything that comes from outside. Some are nearly valid, others far from it.

- A configuration is accepted, or all its mistakes are reported, without secrets.
- A job's payload names keys, or is refused.
- No HTTP request makes a server fail, or changes anything without a login.
- Each entry comes back from MongoDB byte for byte.

\`npm run fuzz -- --times ${times} --seed ${seed}\` repeats these inputs. Each ordinary test run tries fewer, and different ones.

| Input | Cases |
| --- | ---: |
${rows.join('\n')}
`;
}
