// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** The pages that have blocks made from code, or are made as a whole, and the built modules that render them. */
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

// A script: writes the pages; with --check it exits with 1 when one of them is not what the code says.
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
 * The page with a text in each of its blocks; what stands around them is written by hand.
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
