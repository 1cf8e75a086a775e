import { workersOf } from '@redis-to-mongo/job-queue';
import type { FleetSample } from '@redis-to-mongo/mongo-sink';
import type { FleetFacts } from './fleet-facts.js';
import type { Verdict } from './verdict.js';

/** Converts a reading to a sample for the history. */
export function fleetSample(
  { at, queue, mirror }: FleetFacts,
  { level, behindMs }: Pick<Verdict, 'level' | 'behindMs'>,
): Omit<FleetSample, 'dead'> {
  const facts = 'is' in queue ? queue.is : undefined;
  const mirrorFacts = 'is' in mirror ? mirror.is : undefined;
  const sum = (rate: 'entriesPerSec' | 'keysPerSec') =>
    facts ? facts.processes.reduce((all, { work }) => all + (work?.[rate] ?? 0), 0) : null;
  return {
    at: new Date(at),
    level,
    behindMs,
    lag: mirrorFacts?.lag.entries ?? null,
    entriesPerSec: sum('entriesPerSec'),
    keysPerSec: sum('keysPerSec'),
    due: facts?.due ?? null,
    waiting: facts?.waiting ?? null,
    workers: facts ? workersOf(facts) : null,
    schedulers: facts ? facts.processes.length - workersOf(facts) : null,
    lost: mirrorFacts?.lostLately ?? null,
  };
}
