import { setTimeout as sleep } from 'node:timers/promises';
import { openChaosEnvironment } from '../chaos/chaos-environment.js';
import { startChaosFleet } from '../chaos/chaos-fleet.js';
import { ChaosLoad } from '../chaos/chaos-load.js';
import { judge } from '../chaos/judge.js';
import { untilSettled } from '../chaos/settle.js';
import { openRedis } from '../program/open-redis.js';
import type { ProgramContext } from '../program/run-program.js';
import { modelsKnownTo } from '../values/value-model.js';
import { ProcessSeries, WATCHED } from './process-series.js';
import { judgeTrend } from './slope.js';
import type { SoakOptions } from './soak-options.js';

/** Approximate number of samples per process and run; at most one every LEAST_MS. */
const SAMPLES = 600;
const LEAST_MS = 2_000;
/** Interval of progress lines, in ms. */
const REPORT_EVERY_MS = 60_000;
const SEED = 1;

export type SoakReport = Awaited<ReturnType<typeof runSoak>>;

/**
 * Runs servers, fleet and load for the given time, then compares both sides and judges the slopes. Everything
 * it opens stays open until the caller closes `closing`.
 * @throws LocalStackError, ProvingError; any error once the signal has aborted.
 */
export async function runSoak(options: SoakOptions, context: ProgramContext) {
  const { progress, closing, dir, signal } = context;
  const problems: string[] = [];
  const environment = await openChaosEnvironment(dir, (line) => progress.say(line), closing);
  const fleet = await startChaosFleet(environment, context, options, (problem) => problems.push(problem));
  const redisUrl = environment.source.url;
  const redis = openRedis(redisUrl);
  closing.add('redis', () => redis.disconnect());
  const isKnown = await modelsKnownTo(redis);
  const load = new ChaosLoad({ redisUrl, seed: SEED, rate: options.rate, isKnown, signal });
  closing.add('load', () => load.close());

  await load.begin();
  await untilSettled({ redis, db: environment.db, load, signal });
  const series = new ProcessSeries();
  const over = new AbortController();
  const forMs = options.minutes * 60_000;
  const measuring = series.run(
    fleet,
    Math.max(LEAST_MS, forMs / SAMPLES),
    AbortSignal.any([over.signal, signal]),
  );
  closing.add('measuring', async () => {
    over.abort();
    await measuring;
  });
  progress.say(`  soaking for ${options.minutes} min`);
  await load.during(() => waitAndReport(forMs, progress, load, signal));
  over.abort();
  await measuring;
  await untilSettled({ redis, db: environment.db, load, signal });
  const judgement = await judge(redis, environment.db, load);
  const trends = series.all.map(({ process, what, samples }) => ({
    process,
    what,
    ...judgeTrend(samples, WATCHED[what]),
  }));
  for (const { process, what, verdict, perHour } of trends)
    if (verdict === 'grows') problems.push(`${process}: ${what} grows by ${perHour.toFixed(1)} an hour`);
  problems.push(...judgement.problems);
  const entries = judgement.streams.reduce((sum, findings) => sum + findings.entries, 0);
  return {
    ok: problems.length === 0,
    minutes: options.minutes,
    seed: SEED,
    servers: [environment.source.server.kind, environment.mongo.server.kind],
    entries,
    /** Changes of values. */
    states: load.valueChanges,
    trends,
    problems,
  };
}

async function waitAndReport(
  forMs: number,
  progress: ProgramContext['progress'],
  load: ChaosLoad,
  signal: AbortSignal,
): Promise<void> {
  for (let left = forMs; left > 0; left -= REPORT_EVERY_MS) {
    await sleep(Math.min(left, REPORT_EVERY_MS), undefined, { signal });
    const entries = load.streams.reduce((sum, { written }) => sum + written.entries, 0);
    progress.say(
      `  ${entries} entries written, ${Math.max(0, Math.round((left - REPORT_EVERY_MS) / 60_000))} min left`,
    );
  }
}
