import { type ChaosOptions, parseChaosOptions } from './chaos/chaos-options.js';
import { type ChaosReport, chaosLines } from './chaos/chaos-report.js';
import { runChaos } from './chaos/run-chaos.js';
import { runProgram } from './program/run-program.js';
import { ProvingError } from './proving-error.js';
import { recordRun } from './reliability/proving-run.js';

await runProgram<ChaosOptions, ChaosReport>({
  name: 'chaos',
  parse: parseChaosOptions,
  run: async (options, context) => {
    try {
      return await runChaos(options, context);
    } catch (error) {
      // A mirror that does not settle has no report, but its run is still recorded as failed.
      if (options.record && error instanceof ProvingError && error.code === 'PROVING_STALLED')
        await recordRun('chaos', { ...options, servers: [], problems: [error.message] });
      throw error;
    }
  },
  lines: chaosLines,
  onReport: async (report, { record }) => {
    if (record) await recordRun('chaos', report);
  },
});
