import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderDocs } from './render-docs.js';

// A script: `node packages/config/dist/write-docs.js [--check]` writes docs/configuration.md, or with --check exits
// with 1 when that page is not what the schema says.
const page = fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url));
const wanted = renderDocs();

if (!process.argv.includes('--check')) {
  writeFileSync(page, wanted);
  console.log('docs/configuration.md is written.');
} else if (readPage() !== wanted) {
  console.error(
    'docs/configuration.md is stale: run `node packages/config/dist/write-docs.js` and commit it.',
  );
  process.exitCode = 1;
}

function readPage(): string {
  try {
    return readFileSync(page, 'utf8');
  } catch {
    return '';
  }
}
