import { CHAOS_HELP, type ChaosOptions, parseChaosOptions } from './chaos/chaos-options.js';
import { type ChaosReport, chaosLines } from './chaos/chaos-report.js';
import { runChaos } from './chaos/run-chaos.js';
import { writeChaosPage } from './chaos/write-chaos-page.js';
import { exitWith } from './program/exit-with.js';
import { runProgram } from './program/run-program.js';
import { recordRun } from './reliability/proving-run.js';

const code = await runProgram<ChaosOptions, ChaosReport>({
  name: 'chaos',
  help: CHAOS_HELP,
  args: process.argv.slice(2),
  parse: parseChaosOptions,
  run: runChaos,
  lines: chaosLines,
  onReport: async (report, { writeDocs, record }) => {
    if (writeDocs) await writeChaosPage(report);
    if (record)
      await recordRun({
        tool: 'chaos',
        seed: report.seed,
        seconds: report.seconds,
        servers: report.servers,
        problems: report.problems,
        faults: report.faults,
        entries: report.entries,
        states: report.setChanges + report.valueChanges,
        verdicts: report.verdicts.checked,
      });
  },
});
await exitWith(code);
