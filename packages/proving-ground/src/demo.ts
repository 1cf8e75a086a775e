import { once } from 'node:events';
import { createProgress } from '@redis-to-mongo/terminal';
import { DEMO_HELP, type DemoOptions, parseDemoOptions } from './demo/demo-options.js';
import { openLogDir } from './demo/demo-place.js';
import { printResult } from './demo/print-result.js';
import { type DemoResult, runDemo } from './demo/run-demo.js';
import { Closing } from './program/closing.js';
import { exitWith } from './program/exit-with.js';
import { messageOf } from './program/message-of.js';
import { Stopped, stopSignal } from './program/stop-signals.js';

const EXIT = { verified: 0, failed: 1, options: 2 } as const;

await exitWith(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  let options: DemoOptions | 'help';
  try {
    options = parseDemoOptions(args);
  } catch (error) {
    console.error(messageOf(error));
    return EXIT.options;
  }
  if (options === 'help') {
    console.log(DEMO_HELP);
    return EXIT.verified;
  }
  return await run(options);
}

async function run(options: DemoOptions): Promise<number> {
  const progress = createProgress(options.json ? process.stderr : process.stdout);
  const signal = stopSignal();
  const closing = new Closing();
  const logs = await openLogDir();
  let code: number = EXIT.failed;
  try {
    const result = await runDemo(options, { progress, closing, dir: logs.dir, signal });
    printResult(result, { say: (line) => progress.say(line), colors: progress.colors });
    if (options.json) console.log(JSON.stringify({ verified: result.verified, ...result.report }));
    code = result.verified ? EXIT.verified : EXIT.failed;
    if (options.keep) await keepRunning(result, signal, (line) => progress.say(line));
  } catch (error) {
    const stopped: unknown = signal.reason;
    if (stopped instanceof Stopped) {
      code = stopped.exitCode;
      progress.say(`${stopped.message}; ending the fleet and the servers`);
    } else progress.say(`failed: ${messageOf(error)}`);
  }
  const closed = await closing.closeAll();
  for (const error of closed) progress.say(`could not be closed: ${messageOf(error)}`);
  if (code === EXIT.failed && (await logs.isUsed()))
    console.error(`the fleet's logs are in ${logs.dir}/fleet`);
  else await logs.remove();
  return code;
}

/** Prints how to look around, and resolves when the signal aborts. */
async function keepRunning(
  result: DemoResult,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const { dashboard, redisUrl, mongoUri, mongoDbName } = result;
  say('');
  say(`everything is left running until Ctrl-C`);
  say(`  dashboard: ${dashboard.url}  user ${dashboard.username}, password ${dashboard.password}`);
  say(`  Redis:     ${redisUrl}`);
  say(`  MongoDB:   ${mongoUri}  database ${mongoDbName}`);
  // An abort listener alone does not keep a process alive.
  const alive = setInterval(() => {}, 1_000_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
  say('ending the fleet and the servers');
}
