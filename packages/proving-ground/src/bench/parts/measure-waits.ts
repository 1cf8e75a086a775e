import type { BenchEnvironment } from '../bench-environment.js';
import { type BenchProcess, numberIn, numbersIn } from '../bench-process.js';
import type { LatencyRun } from '../bench-result.js';
import type { MessageTarget } from '../contestants/contestant.js';
import { percentile } from '../statistics.js';
import { meter } from '../usage-meter.js';

/** What a run of waits has measured, beside who ran and on what load. */
export type Waits = Omit<LatencyRun, 'load' | 'who' | 'repetition' | 'askedPerSec'>;

/**
 * Has a program that samples waits (processes/sample-waits.ts) run, and measures what those use meanwhile who bring the changes.
 * @param pids theirs.
 */
export async function measureWaits(
  { redisServer }: BenchEnvironment,
  target: MessageTarget,
  pids: readonly number[],
  process: BenchProcess,
): Promise<{ readonly written: number; readonly measured: Waits }> {
  process.send('go');
  await process.report(); // it is warm
  const end = await meter({ ours: pids, redis: redisServer.pid, mongo: target.pid });
  const report = await process.report();
  const usage = await end();
  const written = numberIn(report, 'written');
  const waits = numbersIn(report, 'waits').sort((a, b) => a - b);
  const measured = {
    perSec: written / numberIn(report, 'seconds'),
    samples: waits.length,
    ...{ p50: percentile(waits, 50), p90: percentile(waits, 90), p99: percentile(waits, 99) },
    share: usage.cpu / usage.seconds,
  };
  return { written, measured };
}

/** Reports a run while the benchmark continues. */
export function sayWaits({ say }: Pick<BenchEnvironment, 'say'>, part: string, run: LatencyRun): void {
  const ms = [run.p50, run.p90, run.p99].map((value) => value.toFixed(1)).join(' / ');
  const share = (100 * run.share).toFixed(0);
  say(`  ${part}  ${run.load.padEnd(42)} ${run.who.padEnd(36)} ${ms} ms, ${share} % of a core`);
}
