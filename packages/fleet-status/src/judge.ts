import { activeSchedulerIn, type QueueFacts, workersOf } from '@redis-to-mongo/job-queue';
import { time } from '@redis-to-mongo/terminal';
import type { FleetFacts } from './fleet-facts.js';
import { mirrorReasons } from './judge-mirror.js';
import { queueReasons } from './judge-queue.js';
import { serverReasons } from './judge-servers.js';
import { delaysAreKnown } from './judge-waiting.js';
import { REASON_CODES, type Reason, type ReasonCode, type Verdict, type VerdictLevel } from './verdict.js';

/** A reading older than this, in ms, does not describe the present. */
const FRESH_MS = 10_000;

const URGENCY: readonly VerdictLevel[] = ['broken', 'unknown', 'behind', 'empty', 'complete'];

/** Reasons that compare the queue with the target. They mean nothing if these belong to two fleets. */
const COMPARING: ReadonlySet<ReasonCode> = new Set(['searching', 'keys-missing']);

/**
 * Judges the mirror. It is complete only if every fact is known and says so.
 * @param now in ms since 1970.
 */
export function judge(facts: FleetFacts, now = Date.now()): Verdict {
  const reasons = [
    ...serverReasons(facts),
    ...oldReading(now - facts.at),
    ...queueReasons(facts),
    ...mirrorReasons(facts, now),
  ]
    .filter(({ code }, _, [first]) => !isOtherFleet(first) || !COMPARING.has(code))
    .sort(byUrgency);
  const behindMs = behindOf(facts);
  const [worst] = reasons;
  if (worst) return { level: worst.level, title: worst.what, reasons, behindMs };
  const behind = !behindMs ? '' : `, ${time(behindMs)} behind`;
  return { level: 'complete', title: `The mirror is complete${behind}`, reasons, behindMs };
}

/** Whether another fleet is certain. If unsure, this is false: a dropped target has no mark either. */
function isOtherFleet(reason: Reason | undefined): boolean {
  return reason?.code === 'other-fleet' && reason.level === 'broken';
}

function oldReading(ageMs: number): readonly Reason[] {
  if (ageMs <= FRESH_MS) return [];
  return [
    {
      code: 'reading-old',
      level: 'unknown',
      what: `The last reading is ${time(ageMs)} old`,
      remedy: 'The current state is unknown. It is read again automatically; a server may be slow.',
    },
  ];
}

function byUrgency(a: Reason, b: Reason): number {
  return (
    URGENCY.indexOf(a.level) - URGENCY.indexOf(b.level) ||
    REASON_CODES.indexOf(a.code) - REASON_CODES.indexOf(b.code)
  );
}

/**
 * How far the mirror is behind, in ms: the maximum of the age of unread entries, the age of the oldest
 * waiting change, the delay of jobs, and the age of the last poll. 0 at rest; null if unknown.
 */
function behindOf({ queue, mirror }: FleetFacts): number | null {
  if (!('is' in queue) || !('is' in mirror)) return null;
  const { dueMs } = queue.is;
  const areKnown = delaysAreKnown(queue.is);
  const { waitingMs, usualMs } = areKnown ? queue.is : { waitingMs: 0, usualMs: 0 };
  const behindMs = Math.max(mirror.is.lag.ms, waitingMs, dueMs, usualMs ?? 0, polledMs(queue.is));
  return workersOf(queue.is) === 0 || (!areKnown && behindMs === 0) ? null : behindMs;
}

/** How long ago the last round of polling began, in ms; 0 if Redis reports changes, or it is not known. */
function polledMs(facts: QueueFacts): number {
  const active = activeSchedulerIn(facts);
  return active?.changes?.by === 'polling' ? (active.searchedMs ?? 0) : 0;
}
