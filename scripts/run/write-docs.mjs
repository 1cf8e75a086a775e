// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** Pages that are generated, or have generated blocks, and the built modules that render them. */
const pages = [
  { page: 'docs/configuration.md', module: 'packages/config/dist/render-docs.js', render: 'renderDocs' },
  { page: 'config.schema.json', module: 'packages/config/dist/render-schema.js', render: 'renderSchema' },
  {
    page: 'docs/key-types.md',
    module: 'packages/key-types/dist/lookup/render-key-types.js',
    render: 'renderKeyTypes',
  },
  {
    page: 'docs/reliability.md',
    module: 'packages/proving-ground/dist/reliability/proving-run.js',
    render: 'renderRuns',
  },
];

// Writes the pages. With --check, exits with 1 if a page differs from the generated one.
for (const { page, module, render } of pages) {
  const path = join(root, page);
  const made = await (await import(join(root, module)))[render]();
  const present = readFileSync(path, 'utf8');
  const wanted = typeof made === 'string' ? made : withBlocks(page, present, made);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, wanted);
    console.log(`${page} is written.`);
  } else if (present !== wanted) {
    console.error(`${page} is stale: run \`npm run docs\` and commit it.`);
    process.exitCode = 1;
  }
}

/**
 * Replaces the generated blocks of a page. The text around them is written by hand.
 *
 * @param {string} page
 * @param {string} present
 * @param {Readonly<Record<string, string>>} texts by the names of the blocks
 */
function withBlocks(page, present, texts) {
  const blocks = /(<!-- generated: ([^\n]*) -->\n).*?(<!-- end of generated -->\n)/gs;
  const names = [...present.matchAll(blocks)].map(([, , name = '']) => name);
  if (names.join() !== Object.keys(texts).join())
    throw new Error(`${page} has blocks for ${names.join('; ')}, not for ${Object.keys(texts).join('; ')}`);
  return present.replace(blocks, (_, begin, name, end) => begin + texts[name] + end);
}
