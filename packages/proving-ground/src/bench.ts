import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BENCH_HELP, type BenchOptions, parseBenchOptions } from './bench/bench-options.js';
import { goalsOf } from './bench/report/judge.js';
import { reportPage } from './bench/report/report-page.js';
import { reportText } from './bench/report/report-text.js';
import { runBench } from './bench/run-bench.js';
import { Closing } from './demo/closing.js';
import { openLogDir } from './demo/demo-place.js';
import { Stopped, stopSignal } from './demo/stop-signals.js';
import { exitWith } from './exit-with.js';
import { messageOf } from './message-of.js';

const PAGE = new URL('../../../docs/benchmarks.md', import.meta.url);
const EXIT = { done: 0, failed: 1, options: 2 } as const;

await exitWith(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | 'help';
  try {
    options = parseBenchOptions(args, process.env);
  } catch (error) {
    console.error(messageOf(error));
    return EXIT.options;
  }
  if (options === 'help') {
    console.log(BENCH_HELP);
    return EXIT.done;
  }
  return await run(options);
}

async function run(options: BenchOptions): Promise<number> {
  const say = (line: string) => (options.json ? console.error(line) : console.log(line));
  const signal = stopSignal();
  const closing = new Closing();
  const logs = await openLogDir();
  let code: number = EXIT.failed;
  try {
    const result = await runBench(options, { closing, dir: logs.dir, signal, say });
    if (options.json) console.log(JSON.stringify({ ...result, goals: goalsOf(result) }));
    say(reportText(result));
    if (options.writeDocs) {
      await writeFile(PAGE, reportPage(result));
      say(`written: ${fileURLToPath(PAGE)}`);
    }
    code = EXIT.done;
  } catch (error) {
    const stopped: unknown = signal.reason;
    if (stopped instanceof Stopped) {
      code = stopped.exitCode;
      say(`${stopped.message}; ending the fleet and the servers`);
    } else say(`failed: ${messageOf(error)}`);
  }
  for (const error of await closing.closeAll()) say(`could not be closed: ${messageOf(error)}`);
  if (code === EXIT.failed) console.error(`the fleet's logs are in ${logs.dir}`);
  else await logs.remove();
  return code;
}
