#!/usr/bin/env node
// The command `redis-to-mongo`. It is here, and not in dist, so that installing finds it before anything is built.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write(
    'redis-to-mongo: it is not built yet: run `pnpm build`, or use `pnpm cli`, which builds it\n',
  );
  process.exitCode = 1;
}
