import { programFile } from './programs.js';

// `redis-to-mongo worker …` runs the worker in this process, so that signals and supervisors reach it directly.
const [name, ...rest] = process.argv.slice(2);
const file = programFile(name === 'help' ? rest[0] : name);
if (file !== undefined) {
  process.argv.splice(2, process.argv.length, ...(name === 'help' ? ['--help'] : rest));
  // Resolved from this file, not from a shared module: the packed files have the same relative paths.
  await import(new URL(`../../${file}`, import.meta.url).href);
} else await import('./command-line.js');
