import { exitWith } from './program/exit-with.js';
import { runProgram } from './program/run-program.js';
import { runSoak, type SoakReport } from './soak/run-soak.js';
import { soakLines } from './soak/soak-lines.js';
import { parseSoakOptions, SOAK_HELP, type SoakOptions } from './soak/soak-options.js';

const code = await runProgram<SoakOptions, SoakReport>({
  name: 'soak',
  help: SOAK_HELP,
  args: process.argv.slice(2),
  parse: parseSoakOptions,
  run: runSoak,
  lines: soakLines,
});
await exitWith(code);
