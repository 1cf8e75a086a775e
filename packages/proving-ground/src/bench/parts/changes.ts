import { runPipeline } from '../../generator/run-pipeline.js';
import { BenchFleet } from '../bench-fleet.js';
import type { BenchPlace } from '../bench-place.js';
import { BenchProcess, numberIn, numbersIn } from '../bench-process.js';
import type { LatencyRun } from '../bench-result.js';
import { openMongoTarget } from '../contestants/targets.js';
import { percentile } from '../statistics.js';
import { meter } from '../usage-meter.js';

/** The kinds of changes, as the reports name them. */
export const CHANGES = {
  hash: 'one changed hash',
  set: 'one changed set',
  stream: 'a new stream',
  flood: 'changed hashes',
} as const;

/**
 * From a change to readable in MongoDB, of keys among many that are synced already: single ones, and a flood of them.
 * @returns runs whose loads tell the kind, the rate and the number of keys.
 */
export async function measureChanges(place: BenchPlace): Promise<LatencyRun[]> {
  const { keys, seconds, perSec, floodPerSec, floodSeconds } = place.sizes.changes;
  const runs: LatencyRun[] = [];
  for (let repetition = 1; repetition <= place.repetitions; repetition++) {
    await place.clear(true);
    await fill(place, keys);
    const target = await openMongoTarget(place);
    const fleet = await BenchFleet.start(place, target);
    try {
      await fleet.untilMoved('hash', keys);
      for (const [kind, name] of Object.entries(CHANGES)) {
        place.signal.throwIfAborted();
        const isFlood = kind === 'flood';
        const load = isFlood ? `${floodPerSec}/s ${name} among ${keys}` : `${name} among ${keys}`;
        const run = await measure(place, target, fleet, {
          kind: isFlood ? 'hash' : kind,
          keys,
          perSec: isFlood ? floodPerSec : perSec,
          seconds: isFlood ? floodSeconds : seconds,
        });
        const ms = [run.p50, run.p90, run.p99].map((value) => value.toFixed(1)).join(' / ');
        place.say(
          `  changes  ${load.padEnd(42)} #${repetition}  ${ms} ms, ${(100 * run.share).toFixed(0)} % of a core`,
        );
        runs.push({ load, repetition, ...run });
      }
    } finally {
      await fleet.stop();
      await target.close();
      await place.clear(true);
    }
  }
  return runs;
}

async function fill(place: BenchPlace, keys: number): Promise<void> {
  for (let from = 0; from < keys; from += 10_000) {
    const pipeline = place.redis.pipeline();
    for (let i = from; i < Math.min(keys, from + 10_000); i++)
      pipeline.hset(`many:${i}`, {
        name: `name ${i}`,
        a: 'x'.repeat(40),
        b: 'y'.repeat(40),
        c: 'z'.repeat(40),
        changed: '0',
      });
    await runPipeline(pipeline);
  }
  const sets = place.redis.pipeline();
  for (let i = 0; i < 100; i++) sets.sadd(`some:${i}`, 'a', 'b', 'c');
  await runPipeline(sets);
}

async function measure(
  place: BenchPlace,
  target: Awaited<ReturnType<typeof openMongoTarget>>,
  fleet: BenchFleet,
  load: { readonly kind: string; readonly keys: number; readonly perSec: number; readonly seconds: number },
): Promise<Omit<LatencyRun, 'load' | 'repetition'>> {
  const { process } = await BenchProcess.start('changes', {
    ...{ redisUrl: place.redisServer.url, mongoUri: target.uri, dbName: target.dbName },
    ...load,
    warmUpSeconds: place.sizes.latency.warmUpSeconds,
  });
  try {
    process.tell('go');
    await process.report(); // it is warm
    const end = await meter({ ours: fleet.pids, redis: place.redisServer.pid, mongo: target.pid });
    const report = await process.report();
    const usage = await end();
    const waits = numbersIn(report, 'waits').sort((a, b) => a - b);
    return {
      askedPerSec: load.perSec,
      perSec: numberIn(report, 'written') / numberIn(report, 'seconds'),
      samples: waits.length,
      p50: percentile(waits, 50),
      p90: percentile(waits, 90),
      p99: percentile(waits, 99),
      share: usage.ours / usage.seconds,
    };
  } finally {
    await process.stop();
  }
}
