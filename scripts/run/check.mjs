// @ts-check
import { join } from 'node:path';
import { tsc } from './build.mjs';
import { pruneStaleOutputs } from './prune-stale-outputs.mjs';
import { root } from './root.mjs';
import { runQuietly } from './run-quietly.mjs';
import { withLock } from './with-lock.mjs';

const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);

// The output is held back until a step has failed, so biome cannot see where it goes.
const colors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

/** Everything is run, also after a failure. `remedy` is what a reader may try. */
const steps = [
  {
    name: 'format and lint',
    args: [bin('@biomejs/biome/bin/biome'), 'ci', colors, '.'],
    remedy: 'pnpm exec biome check --write',
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
  { name: 'types of sources', args: [tsc[1], '-b'], remedy: 'pnpm build' },
  {
    name: 'types of tests',
    args: [tsc[1], '-p', 'tsconfig.test.json'],
    remedy: 'pnpm exec tsc -p tsconfig.test.json',
  },
  {
    name: 'unused code',
    args: [bin('knip/bin/knip.js'), '--no-progress', '--no-config-hints'],
    remedy: 'pnpm exec knip',
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
    name: 'duplicates',
    args: [bin('jscpd/run-jscpd.js'), '-c', '.jscpd.json'],
    remedy: 'let one piece of code serve both places',
  },
  {
    name: 'generated docs',
    args: [join(root, 'scripts/run/write-docs.mjs'), '--check'],
    remedy: 'npm run docs',
  },
];

/**
 * Runs every check, shows the output of those that fail, and ends with a table and `N passed, N failed`.
 *
 * @returns {Promise<number>} 1 if any failed
 */
export async function check() {
  /** @type {string[]} */
  const table = [];
  let failed = 0;
  await withLock('build', async () => {
    pruneStaleOutputs(root);
    for (const { name, args, remedy } of steps) {
      const start = performance.now();
      const { ok, output } = await runQuietly(process.execPath, args);
      const seconds = ((performance.now() - start) / 1_000).toFixed(1);
      if (!ok) {
        failed += 1;
        console.log(`\n── ${name} ──\n${output.trimEnd()}\n`);
      }
      table.push(
        `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(18)} ${seconds.padStart(5)} s${ok ? '' : `  (${remedy})`}`,
      );
    }
  });
  console.log(table.join('\n'));
  console.log(`${steps.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
