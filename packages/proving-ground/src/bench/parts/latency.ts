import type { BenchEnvironment } from '../bench-environment.js';
import { BenchProcess, numberIn, numbersIn } from '../bench-process.js';
import { FLEET, type LatencyRun } from '../bench-result.js';
import { checkCount, untilMirrored } from '../check-mirror.js';
import { type Follower, type MessageTarget, startFollowing } from '../contestants/contestant.js';
import { openMongoTarget } from '../contestants/targets.js';
import { fillStreams } from '../fill-streams.js';
import { percentile } from '../report/figures.js';

interface Rate {
  readonly load: string;
  readonly perSec: number;
}

/**
 * From XADD to readable in MongoDB, at a steady rate over streams that are there already: by each follower.
 * @param rates entries a second, with a name each; those behind the first are the fleet's alone.
 */
export async function measureLatency(
  bench: BenchEnvironment,
  followers: readonly Follower[],
  rates: readonly Rate[],
): Promise<LatencyRun[]> {
  const runs: LatencyRun[] = [];
  for (let repetition = 1; repetition <= bench.repetitions; repetition++)
    for (const [i, { load, perSec }] of rates.entries())
      for (const follower of followers.filter(({ who }) => i === 0 || who === FLEET)) {
        const { who } = follower;
        const measured = await bench.attempt(`latency, ${load}, ${who}`, () =>
          runOnce(bench, follower, perSec),
        );
        if (!measured) continue;
        const run = { load, who, repetition, ...measured };
        sayWaits(bench, 'latency', run);
        runs.push(run);
      }
  return runs;
}

async function runOnce(
  bench: BenchEnvironment,
  follower: Follower,
  perSec: number,
): Promise<Omit<LatencyRun, 'load' | 'who' | 'repetition'>> {
  const { who, lookUp, takesBacklog } = follower;
  const { streams, seconds, warmUpSeconds } = bench.sizes.latency;
  await bench.clear();
  await fillStreams(bench.redis, { streams, entries: 1 });
  await using target = await openMongoTarget(bench);
  await using process = await BenchProcess.start('latency', {
    ...bench.programServers(target),
    ...{ streams, perSec, seconds, warmUpSeconds, lookUp },
  });
  await using following = await startFollowing(bench, follower, target, streams);
  const { written, measured } = await measureWaits(bench, target, following.pids, process);
  const messages = written + (takesBacklog ? streams : 0);
  await untilMirrored(bench, who, target, messages);
  await checkCount(target, messages);
  return { askedPerSec: perSec, ...measured };
}

/** What a run of waits has measured, beside who ran and on what load. */
type Waits = Omit<LatencyRun, 'load' | 'who' | 'repetition' | 'askedPerSec'>;

/**
 * Has a program that samples waits (processes/sample-waits.ts) run, and measures what those use meanwhile who bring the changes.
 * @param pids theirs.
 */
export async function measureWaits(
  bench: BenchEnvironment,
  target: MessageTarget,
  pids: readonly number[],
  process: BenchProcess,
): Promise<{ readonly written: number; readonly measured: Waits }> {
  process.send('go');
  await process.report(); // it is warm
  const end = await bench.meter(pids, target);
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
