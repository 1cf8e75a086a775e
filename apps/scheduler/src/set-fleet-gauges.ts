import type { FleetMetrics } from '@redis-to-mongo/app-shell';
import {
  type FleetFacts,
  missingKeysOf,
  REASON_CODES,
  type ReasonCode,
  type Verdict,
} from '@redis-to-mongo/fleet-status';
import { workersOf } from '@redis-to-mongo/job-queue';

/** The gauges that are removed if the queue, or MongoDB, cannot be read. */
const OF_QUEUE = [
  'workers',
  'pausedWorkers',
  'schedulers',
  'dueKeys',
  'dueSeconds',
  'untriedSeconds',
  'missingKeys',
] as const;
const OF_MIRROR = [
  'lagEntries',
  'lagSeconds',
  'laggingKeys',
  'failingKeys',
  'lastHourGapEntries',
  'deadLettersKept',
] as const;

/** Sets the gauges to the values that were read. Gauges of values that could not be read are removed. */
export function setFleetGauges(metrics: FleetMetrics, facts: FleetFacts, verdict: Verdict): void {
  metrics.mirrorComplete.set(verdict.level === 'complete' ? 1 : 0);
  const reasons = new Set(verdict.reasons.map(({ code }) => code));
  for (const reason of REASON_CODES) metrics.notCompleteReasons.set({ reason }, reasons.has(reason) ? 1 : 0);
  setQueue(metrics, facts);
  setLag(metrics, facts);
}

/** Sets the gauges for an outdated reading: the current state of the mirror is unknown. */
export function setOld(metrics: FleetMetrics): void {
  metrics.mirrorComplete.set(0);
  metrics.notCompleteReasons.set({ reason: 'reading-old' satisfies ReasonCode }, 1);
}

function setQueue(metrics: FleetMetrics, { queue, ...facts }: FleetFacts): void {
  if (!('is' in queue)) {
    metrics.queueJobs.reset();
    for (const name of OF_QUEUE) metrics[name].remove();
    return;
  }
  for (const state of ['waiting', 'active', 'delayed', 'failed'] as const)
    metrics.queueJobs.set({ state }, queue.is[state]);
  metrics.workers.set(workersOf(queue.is));
  metrics.pausedWorkers.set(
    queue.is.processes.filter(({ app, state }) => app === 'worker' && state === 'paused').length,
  );
  metrics.schedulers.set(queue.is.processes.length - workersOf(queue.is));
  metrics.dueKeys.set(queue.is.due);
  metrics.dueSeconds.set(queue.is.dueMs / 1000);
  metrics.untriedSeconds.set(queue.is.untriedMs / 1000);
  const missing = missingKeysOf({ queue, ...facts });
  if (missing === undefined) metrics.missingKeys.remove();
  else metrics.missingKeys.set(missing);
}

function setLag(metrics: FleetMetrics, { mirror }: FleetFacts): void {
  metrics.keyLagEntries.reset();
  if (!('is' in mirror)) {
    for (const name of OF_MIRROR) metrics[name].remove();
    return;
  }
  const { lag, failing, refused, lostLately, deadLetters } = mirror.is;
  metrics.failingKeys.set(failing + refused.keys);
  metrics.lastHourGapEntries.set(lostLately);
  metrics.deadLettersKept.set(deadLetters);
  metrics.lagEntries.set(lag.entries);
  metrics.lagSeconds.set(lag.ms / 1000);
  metrics.laggingKeys.set(lag.keys);
  for (const { key, entries } of lag.worst) metrics.keyLagEntries.set({ key }, entries);
}
