import { runProgram } from './program/run-program.js';
import { recordRun } from './reliability/proving-run.js';
import { runSoak, type SoakReport } from './soak/run-soak.js';
import { soakLines } from './soak/soak-lines.js';
import { parseSoakOptions, SOAK_HELP, type SoakOptions } from './soak/soak-options.js';

await runProgram<SoakOptions, SoakReport>({
  name: 'soak',
  help: SOAK_HELP,
  parse: parseSoakOptions,
  run: runSoak,
  lines: soakLines,
  onReport: async ({ minutes, seed, servers, problems, entries, states }, { record }) => {
    if (record)
      await recordRun({
        tool: 'soak',
        seed,
        seconds: Math.round(minutes * 60),
        servers,
        problems,
        entries,
        states,
      });
  },
});
