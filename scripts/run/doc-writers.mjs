// @ts-check
import { join } from 'node:path';
import { root } from './root.mjs';

/** The built scripts that write the generated pages; with `--check` they exit with 1 when their page is stale. */
export const docWriters = [
  'packages/config/dist/write-docs.js',
  'packages/redis-source/dist/write-docs.js',
].map((path) => join(root, path));
