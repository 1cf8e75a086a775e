import { once } from 'node:events';
import { type DemoOptions, parseDemoOptions } from './demo/demo-options.js';
import { resultLines } from './demo/result-lines.js';
import { type DemoAccess, type DemoResult, runDemo } from './demo/run-demo.js';
import { runProgram } from './program/run-program.js';

let access: DemoAccess | undefined;

await runProgram<DemoOptions, DemoResult>({
  name: 'demo',
  parse: parseDemoOptions,
  run: async (options, context) =>
    await runDemo(options, context, (running) => {
      access = running;
    }),
  lines: resultLines,
  hold: async (_, { keep }, { progress, signal }) => {
    if (!keep || !access) return;
    const { dashboard, redisUrl, mongoUri, mongoDbName } = access;
    progress.say('');
    progress.say(`everything is left running until Ctrl-C`);
    progress.say(`  dashboard: ${dashboard.url}  user ${dashboard.username}, password ${dashboard.password}`);
    progress.say(`  Redis:     ${redisUrl}`);
    progress.say(`  MongoDB:   ${mongoUri}  database ${mongoDbName}`);
    // An abort listener alone does not keep a process alive.
    const alive = setInterval(() => {}, 1_000_000);
    if (!signal.aborted) await once(signal, 'abort');
    clearInterval(alive);
    progress.say('ending the fleet and the servers');
  },
});
