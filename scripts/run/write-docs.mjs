// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** The pages that are made from code, and the built modules that render them. */
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
    render: 'renderPage',
  },
];

// A script: writes the pages; with --check it exits with 1 when one of them is not what the code says.
for (const { page, module, render } of pages) {
  const path = join(root, page);
  const wanted = await (await import(join(root, module)))[render]();
  if (!process.argv.includes('--check')) {
    writeFileSync(path, wanted);
    console.log(`${page} is written.`);
  } else if (readFileSync(path, 'utf8') !== wanted) {
    console.error(`${page} is stale: run \`npm run docs\` and commit it.`);
    process.exitCode = 1;
  }
}
