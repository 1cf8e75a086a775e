/**
 * The levels of a verdict on the mirror:
 * - `complete`: everything that was in Redis a moment ago is in MongoDB.
 * - `behind`: not complete, or MongoDB refused something; the fleet is working on it.
 * - `unknown`: the facts cannot be read.
 * - `broken`: not complete, and an operator must act.
 * - `empty`: there is nothing to mirror so far.
 */
export type VerdictLevel = 'complete' | 'behind' | 'unknown' | 'broken' | 'empty';

/** Why the mirror is not complete. */
export interface Reason {
  /** For programs, and a label of metrics. */
  readonly code: ReasonCode;
  readonly level: Exclude<VerdictLevel, 'complete'>;
  /** The problem in a few words. */
  readonly what: string;
  /** What to do. */
  readonly remedy: string;
}

/** The one answer to whether the mirror is complete. */
export interface Verdict {
  readonly level: VerdictLevel;
  /** The worst reason in a few words. */
  readonly title: string;
  /** Sorted, the worst first; empty if the mirror is complete. */
  readonly reasons: readonly Reason[];
  /** How far the mirror is behind, in ms; null if unknown. */
  readonly behindMs: number | null;
}

/** The codes of all reasons, the most urgent first. */
export const REASON_CODES = [
  'other-fleet',
  'queue-unreadable',
  'target-unreadable',
  'source-unreachable',
  'queue-refuses-writes',
  'queue-evicts',
  'target-refuses-writes',
  'target-unusable',
  'target-slow',
  'reading-old',
  'no-scheduler',
  'no-worker',
  'workers-paused',
  'clocks-differ',
  'options-differ',
  'servers-differ',
  'queue-paused',
  'about-to-lose',
  'keys-refused',
  'keys-failing',
  'entries-lost',
  'search-failing',
  'changes-waiting-long',
  'workers-retrying',
  'searching',
  'keys-missing',
  'changes-waiting',
  'jobs-late',
  'entries-behind',
  'paused-unread',
  'paused-unknown',
  'records-refused',
  'nothing-found',
] as const;

/** The code of a reason. */
export type ReasonCode = (typeof REASON_CODES)[number];
