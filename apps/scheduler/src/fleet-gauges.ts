import type { FleetMetrics } from '@redis-to-mongo/app-shell';
import {
  type FleetFacts,
  judge,
  readFacts,
  surplusSchedulersOf,
  type Verdict,
} from '@redis-to-mongo/fleet-status';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import { consumedEntries, pausedKeys, saveForecasts } from '@redis-to-mongo/mongo-sink';
import type { TrimSample } from '@redis-to-mongo/pipeline';
import { streamCounters } from '@redis-to-mongo/redis-source';
import type { ActiveScheduler } from './active-scheduler.js';
import { setFleetGauges, setOld } from './set-fleet-gauges.js';
import { TrimWatch } from './trim-watch.js';

type Database = Parameters<typeof pausedKeys>[0];
type RedisClient = Parameters<typeof streamCounters>[0];

export interface FleetGaugesOptions {
  readonly metrics: FleetMetrics;
  readonly redis: RedisClient;
  readonly queue: JobQueue;
  readonly db: Database;
  readonly identity: Parameters<typeof readFacts>[0]['identity'];
  /** Stores a reading in the history; see sampleKeeper. */
  readonly keepSample: (facts: FleetFacts, verdict: Verdict) => Promise<void>;
}

/** Maximum number of keys with gauges of their own. */
const WORST = 10;
/**
 * Maximum number of streams sampled for a forecast: those furthest behind, and as many again that wait for a
 * job or are paused.
 */
const SAMPLED = 40;
/** A key that is due for less than this, in ms, does not count as waiting. */
const OVERDUE_MS = 5_000;
/** Reading takes at most this fraction (1/n) of the time. */
const SHARE = 30;
const EVERY_MS = 5_000;
const AT_MOST_MS = 60_000;
/** A reading older than this, in ms, is reported as old. */
const OLD_MS = 120_000;

/**
 * Creates a function that sets the gauges about the whole fleet, saves trim forecasts for pages and commands,
 * and reports keys without a document or a job scheduler. Values that cannot be read have no gauge.
 * @returns the function. It answers the wait until its next call, in ms, which grows with the number of keys
 * that are behind.
 */
export function fleetGauges({
  metrics,
  redis,
  queue,
  db,
  identity,
  keepSample,
}: FleetGaugesOptions): (active: Pick<ActiveScheduler, 'noteMissing'>) => Promise<number> {
  const watch = new TrimWatch();
  let wasForecast = true; // an earlier scheduler may have left forecasts
  return async (active) => {
    const began = performance.now();
    const changes = await queue.changes.count().catch(() => undefined); // the verdict says why
    const facts = await readFacts({ queue, db, source: redis, identity });
    const readAt = performance.now();
    const verdict = judge(facts);
    const surplus = surplusSchedulersOf(facts);
    if (surplus !== undefined && 'is' in facts.queue && changes !== undefined) {
      // Under load, some keys are always due. Each of them may be new, and its job scheduler on its way.
      const onTheirWay = facts.queue.is.due + changes;
      active.noteMissing(
        onTheirWay === 0 ? Math.max(0, surplus) : undefined,
        Math.max(0, -surplus - onTheirWay),
      );
    }
    setFleetGauges(metrics, facts, verdict);
    metrics.hooks.beforeScrape = () => {
      if (performance.now() - readAt > OLD_MS) setOld(metrics);
    };
    await keepSample(facts, verdict);
    const worst = 'is' in facts.mirror ? facts.mirror.is.lag.worst.map(({ key }) => key) : [];
    const behind = [...worst, ...(await queue.due.overdue(OVERDUE_MS, SAMPLED))];
    behind.push(...(await pausedKeys(db, SAMPLED)));
    const forecasts = watch.note(await samplesOf(redis, db, [...new Set(behind)]));
    metrics.trimForecastSeconds.reset();
    const now = Date.now();
    for (const { key, at } of forecasts.slice(0, WORST))
      metrics.trimForecastSeconds.set({ key }, Math.max(0, at.getTime() - now) / 1000);
    if (forecasts.length > 0 || wasForecast) await saveForecasts(db, forecasts.slice(0, SAMPLED));
    wasForecast = forecasts.length > 0;
    return Math.min(AT_MOST_MS, Math.max(EVERY_MS, SHARE * (performance.now() - began)));
  };
}

async function samplesOf(
  redis: RedisClient,
  db: Database,
  keys: readonly string[],
): Promise<Map<string, TrimSample>> {
  if (keys.length === 0) return new Map();
  const consumed = await consumedEntries(db, keys);
  const streams = keys.filter((key) => consumed.has(key));
  const counters = await streamCounters(redis, streams);
  const at = Date.now();
  return new Map(
    streams.flatMap((key, i) => {
      const { added, length = 0 } = counters[i] ?? {};
      if (added === undefined) return [];
      return [[key, { at, added, gone: added - length, consumed: consumed.get(key) ?? 0 }] as const];
    }),
  );
}
