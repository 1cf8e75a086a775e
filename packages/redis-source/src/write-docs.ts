import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderKeyTypes } from './render-key-types.js';

// A script: `node packages/redis-source/dist/write-docs.js [--check]` writes docs/key-types.md, or with --check exits
// with 1 when that page is not what the registry says.
const page = fileURLToPath(new URL('../../../docs/key-types.md', import.meta.url));
const wanted = renderKeyTypes();

if (!process.argv.includes('--check')) {
  writeFileSync(page, wanted);
  console.log('docs/key-types.md is written.');
} else if (readPage() !== wanted) {
  console.error(
    'docs/key-types.md is stale: run `node packages/redis-source/dist/write-docs.js` and commit it.',
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
