import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHAOS_HELP, type ChaosOptions, parseChaosOptions } from './chaos/chaos-options.js';
import { type ChaosReport, chaosLines } from './chaos/chaos-report.js';
import { processesLeft } from './chaos/process-table.js';
import { runChaos } from './chaos/run-chaos.js';
import { writeChaosPage } from './chaos/write-chaos-page.js';
import { Closing } from './demo/closing.js';
import { createProgress, type Progress } from './demo/progress.js';
import { Stopped, stopSignal } from './demo/stop-signals.js';
import { messageOf } from './message-of.js';

const EXIT = { ok: 0, failed: 1, options: 2 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: ChaosOptions | 'help';
  try {
    options = parseChaosOptions(args);
  } catch (error) {
    console.error(messageOf(error));
    return EXIT.options;
  }
  if (options === 'help') {
    console.log(CHAOS_HELP);
    return EXIT.ok;
  }
  const dir = await mkdtemp(join(tmpdir(), 'redis-to-mongo-chaos-'));
  const progress = createProgress(options.json ? process.stderr : process.stdout);
  const code = await run(options, dir, progress);
  if (code === EXIT.failed)
    progress.say(`plan, logs, data and last state are in ${dir}; --seed ${options.seed} replays the plan`);
  else await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  return code;
}

async function run(options: ChaosOptions, dir: string, progress: Progress): Promise<number> {
  const signal = stopSignal();
  const closing = new Closing();
  let report: ChaosReport | undefined;
  let pids: ReadonlySet<number> = new Set();
  let code: number = EXIT.failed;
  try {
    ({ report, pids } = await runChaos(options, { progress, closing, dir, signal }));
  } catch (error) {
    const stopped: unknown = signal.reason;
    if (stopped instanceof Stopped) {
      code = stopped.exitCode;
      progress.say(`${stopped.message}; ending the fleet and the servers`);
    } else progress.say(`failed: ${messageOf(error)}`);
  }
  for (const error of await closing.closeAll()) progress.say(`could not be closed: ${messageOf(error)}`);
  const left = await processesLeft(pids);
  for (const problem of left) progress.say(progress.colors.red(problem));
  if (!report) return code;
  const whole = { ...report, ok: report.ok && left.length === 0, problems: [...report.problems, ...left] };
  await tell(whole, options, dir, progress);
  return whole.ok ? EXIT.ok : EXIT.failed;
}

async function tell(
  report: ChaosReport,
  { json, writeDocs }: ChaosOptions,
  dir: string,
  progress: Progress,
): Promise<void> {
  const { colors } = progress;
  const print = (line: string) => progress.say(line);
  print('');
  for (const line of chaosLines(report)) print(line);
  print('');
  for (const problem of report.problems) print(colors.red(problem));
  print(
    report.ok
      ? colors.green('every entry once, or accounted for; every set equal; no position went back')
      : colors.red(`${report.problems.length} problems`),
  );
  await writeFile(join(dir, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  if (json) console.log(JSON.stringify(report));
  if (writeDocs) await writeChaosPage(report);
}
