import type { BenchEnvironment } from '../bench-environment.js';
import { BenchProcess, numberIn, numbersIn } from '../bench-process.js';
import { type Figures, FLEET } from '../bench-result.js';
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
 * Measures the time from XADD until an entry is readable in MongoDB, at a steady rate over existing streams,
 * for each follower.
 * @param rates entries per second, with a name each. Only the fleet runs the rates after the first.
 */
export async function measureLatency(
  bench: BenchEnvironment,
  followers: readonly Follower[],
  rates: readonly Rate[],
): Promise<void> {
  for (let repetition = 1; repetition <= bench.repetitions; repetition++)
    for (const [i, { load, perSec }] of rates.entries())
      for (const follower of followers.filter(({ who }) => i === 0 || who === FLEET))
        await bench.measure({ load, who: follower.who, repetition }, () => follow(bench, follower, perSec));
}

async function follow(bench: BenchEnvironment, follower: Follower, perSec: number): Promise<Figures> {
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
  return measured;
}

/**
 * Runs a program that samples waits (processes/sample-waits.ts), and measures what the copying processes use.
 * @param pids of the processes that copy the changes.
 */
export async function measureWaits(
  bench: BenchEnvironment,
  target: MessageTarget,
  pids: readonly number[],
  process: BenchProcess,
) {
  process.send('go');
  await process.report(); // it has warmed up
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
