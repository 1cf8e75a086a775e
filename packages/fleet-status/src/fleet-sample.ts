import { workersOf } from '@redis-to-mongo/job-queue';
import type { FleetSample } from '@redis-to-mongo/mongo-sink';
import type { FleetFacts } from './fleet-facts.js';
import type { Verdict } from './verdict.js';

/** The entries or keys per second that all workers together have read in the last seconds; null if unknown. */
export function ratePerSec(
  { queue }: Pick<FleetFacts, 'queue'>,
  rate: 'entriesPerSec' | 'keysPerSec',
): number | null {
  return 'is' in queue ? queue.is.processes.reduce((all, { work }) => all + (work?.[rate] ?? 0), 0) : null;
}

/** Converts a reading to a sample for the history. */
export function fleetSample(
  facts: FleetFacts,
  { level, behindMs }: Pick<Verdict, 'level' | 'behindMs'>,
): Omit<FleetSample, 'dead'> {
  const { at, queue, mirror } = facts;
  const queueFacts = 'is' in queue ? queue.is : undefined;
  const mirrorFacts = 'is' in mirror ? mirror.is : undefined;
  return {
    at: new Date(at),
    level,
    behindMs,
    lag: mirrorFacts?.lag.entries ?? null,
    entriesPerSec: ratePerSec(facts, 'entriesPerSec'),
    keysPerSec: ratePerSec(facts, 'keysPerSec'),
    due: queueFacts?.due ?? null,
    waiting: queueFacts?.waiting ?? null,
    workers: queueFacts ? workersOf(queueFacts) : null,
    schedulers: queueFacts ? queueFacts.processes.length - workersOf(queueFacts) : null,
    lost: mirrorFacts?.lostLately ?? null,
  };
}
