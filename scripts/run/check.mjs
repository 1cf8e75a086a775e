// @ts-check
import { join } from 'node:path';
import { checkers, tsc } from './build.mjs';
import { pruneStaleOutputs } from './prune-stale-outputs.mjs';
import { root } from './root.mjs';
import { runQuietly } from './run-quietly.mjs';
import { withLock } from './with-lock.mjs';

const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);

// Output is only shown after a failure, so biome cannot detect a terminal.
const colors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

/** Tests that need no server, take less than a second each, and may fail after a change anywhere. */
const quickTests = [
  ...['config-schema', 'count-tests', 'import-directions', 'key-types-known'],
  ...['prune-stale-outputs', 'temp-dir', 'waits', 'what-users-ask'],
].map((name) => `scripts/test/${name}.test.ts`);

/** Checks at the same time, after the build, which uses every core. */
const AT_ONCE = 2;

/**
 * @typedef {{name: string, args: string[], remedy: string}} Step
 * @typedef {{ok: boolean, output: string, seconds: number}} Outcome
 */

/**
 * All steps run, even after a failure: first the build, whose output others read, then the longest.
 * `remedy` is what the reader may try.
 *
 * @type {Step[]}
 */
const steps = [
  { name: 'types of sources', args: [tsc[1], '-b', ...checkers], remedy: 'pnpm build' },
  {
    name: 'format and lint',
    args: [bin('@biomejs/biome/bin/biome'), 'ci', colors, '.'],
    remedy: 'pnpm exec biome check --write',
  },
  {
    name: 'types of tests',
    args: [tsc[1], '-p', 'tsconfig.test.json', ...checkers],
    remedy: 'pnpm exec tsc -p tsconfig.test.json',
  },
  {
    name: 'spelling',
    args: [
      bin('cspell/bin.mjs'),
      'lint',
      '--no-progress',
      '--no-summary',
      '--cache',
      '--cache-strategy',
      'content',
      '--cache-location',
      'node_modules/.cache/cspell',
    ],
    remedy: 'spell it in American English, or add the word to cspell-words.txt',
  },
  {
    name: 'unused code',
    args: [bin('knip/bin/knip.js'), '--no-progress', '--no-config-hints'],
    remedy: 'pnpm exec knip',
  },
  {
    name: 'import directions',
    args: [
      bin('@biomejs/biome/bin/biome'),
      'lint',
      '--only=style/noRestrictedImports',
      colors,
      'apps',
      'packages',
    ],
    remedy: 'see "overrides" in biome.json',
  },
  {
    name: 'duplicates',
    args: [bin('jscpd/run-jscpd.js'), '-c', '.jscpd.json'],
    remedy: 'use one piece of code in both places',
  },
  {
    name: 'tests of scripts',
    args: [bin('vitest/vitest.mjs'), 'run', '--project', 'unit', '--maxWorkers', '1', ...quickTests],
    remedy: 'npx vitest run --project unit scripts/test',
  },
  {
    name: 'generated docs',
    args: [join(root, 'scripts/run/write-docs.mjs'), '--check'],
    remedy: 'npm run docs',
  },
];

/**
 * Runs every check. Prints the output of failed ones, then a table, then `N passed, N failed`.
 *
 * @returns {Promise<number>} 1 if any failed
 */
export async function check() {
  /** @type {Map<Step, Outcome>} */
  const outcomes = new Map();
  const waiting = [...steps];
  const run = async (/** @type {Step | undefined} */ step) => {
    if (!step) return;
    const start = performance.now();
    const { ok, output } = await runQuietly(process.execPath, step.args);
    outcomes.set(step, { ok, output, seconds: (performance.now() - start) / 1_000 });
  };
  const runRest = async () => {
    while (waiting.length > 0) await run(waiting.shift());
  };
  await withLock('build', async () => {
    pruneStaleOutputs(root);
    await run(waiting.shift());
    await Promise.all(Array.from({ length: AT_ONCE }, runRest));
  });
  const table = [...outcomes].sort(([a], [b]) => steps.indexOf(a) - steps.indexOf(b));
  for (const [{ name }, { ok, output }] of table)
    if (!ok) console.log(`\n── ${name} ──\n${output.trimEnd()}\n`);
  for (const [{ name, remedy }, { ok, seconds }] of table)
    console.log(
      `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(18)} ${seconds.toFixed(1).padStart(5)} s${ok ? '' : `  (${remedy})`}`,
    );
  const failed = table.filter(([, { ok }]) => !ok).length;
  console.log(`${steps.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
