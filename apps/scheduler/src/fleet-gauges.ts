import type { FleetMetrics } from '@redis-to-mongo/app-shell';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import { readLag } from '@redis-to-mongo/mongo-sink';

type Database = Parameters<typeof readLag>[0];

/** Keys that have a gauge of their own: few, whatever the number of keys. */
const WORST = 10;
/** Reading takes at most one part in so many of the time. */
const SHARE = 30;
const EVERY_MS = 5_000;

/**
 * Sets the gauges about the whole fleet.
 * @returns how long to wait until the next time, in ms: the longer, the more keys are behind.
 */
export async function setFleetGauges(metrics: FleetMetrics, queue: JobQueue, db: Database): Promise<number> {
  const began = performance.now();
  const [lag, depth] = await Promise.all([readLag(db, WORST), queue.depth()]);
  metrics.lagEntries.set(lag.entries);
  metrics.lagSeconds.set(lag.ms / 1000);
  metrics.laggingKeys.set(lag.keys);
  metrics.keyLagEntries.reset();
  for (const { key, entries } of lag.worst) metrics.keyLagEntries.set({ key }, entries);
  for (const state of ['waiting', 'active', 'delayed', 'failed'] as const)
    metrics.queueJobs.set({ state }, depth[state]);
  metrics.owedKeys.set(depth.owed);
  metrics.owedSeconds.set(depth.owedMs / 1000);
  return Math.max(EVERY_MS, SHARE * (performance.now() - began));
}
