import { programFile } from './programs.js';

// `redis-to-mongo worker …` is the worker itself, in this process: so signals and supervisors reach it directly.
const [name, ...rest] = process.argv.slice(2);
const file = programFile(name === 'help' ? rest[0] : name);
if (file !== undefined) {
  process.argv.splice(2, process.argv.length, ...(name === 'help' ? ['--help'] : rest));
  // From here, and not from a module that others share: what is packed has these files in the same places.
  await import(new URL(`../../${file}`, import.meta.url).href);
} else await import('./command-line.js');
