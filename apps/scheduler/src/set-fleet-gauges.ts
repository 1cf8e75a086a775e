import type { FleetMetrics } from '@redis-to-mongo/app-shell';
import { type FleetFacts, missingKeysOf, REASON_CODES, type Verdict } from '@redis-to-mongo/fleet-status';
import { workersOf } from '@redis-to-mongo/job-queue';

/** Sets the gauges to what was read; those of what could not be read go. */
export function setFleetGauges(metrics: FleetMetrics, facts: FleetFacts, verdict: Verdict): void {
  metrics.mirrorComplete.set(verdict.level === 'complete' ? 1 : 0);
  const reasons = new Set(verdict.reasons.map(({ code }) => code));
  for (const reason of REASON_CODES) metrics.notCompleteReasons.set({ reason }, reasons.has(reason) ? 1 : 0);
  setQueue(metrics, facts);
  setLag(metrics, facts);
}

function setQueue(metrics: FleetMetrics, { queue, ...facts }: FleetFacts): void {
  if (!('is' in queue)) {
    metrics.queueJobs.reset();
    for (const name of ['workers', 'schedulers', 'owedKeys', 'owedSeconds', 'missingKeys'] as const)
      metrics[name].remove();
    return;
  }
  for (const state of ['waiting', 'active', 'delayed', 'failed'] as const)
    metrics.queueJobs.set({ state }, queue.is[state]);
  metrics.workers.set(workersOf(queue.is));
  metrics.schedulers.set(queue.is.processes.length - workersOf(queue.is));
  metrics.owedKeys.set(queue.is.owed);
  metrics.owedSeconds.set(queue.is.owedMs / 1000);
  const missing = missingKeysOf({ queue, ...facts });
  if (missing === undefined) metrics.missingKeys.remove();
  else metrics.missingKeys.set(missing);
}

function setLag(metrics: FleetMetrics, { mirror }: FleetFacts): void {
  metrics.keyLagEntries.reset();
  if (!('is' in mirror)) {
    for (const name of ['lagEntries', 'lagSeconds', 'laggingKeys'] as const) metrics[name].remove();
    return;
  }
  const { lag } = mirror.is;
  metrics.lagEntries.set(lag.entries);
  metrics.lagSeconds.set(lag.ms / 1000);
  metrics.laggingKeys.set(lag.keys);
  for (const { key, entries } of lag.worst) metrics.keyLagEntries.set({ key }, entries);
}
