import { programCall } from './programs.js';

// `redis-to-mongo worker …` runs the worker in this process, so that signals and supervisors reach it directly.
const call = programCall(process.argv.slice(2));
if (call) {
  process.argv.splice(2, process.argv.length, ...call.args);
  // Resolved from this file, not from a shared module: the packed files have the same relative paths.
  await import(new URL(`../../${call.file}`, import.meta.url).href);
} else await import('./command-line.js');
