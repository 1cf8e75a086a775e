/**
 * What is said of the mirror:
 * - `complete`: everything that was in Redis a moment ago is in MongoDB.
 * - `behind`: it is not, or something was refused; the fleet is at it.
 * - `unknown`: the facts cannot be read.
 * - `broken`: it is not, and someone has to do something.
 * - `empty`: there is nothing to mirror so far.
 */
export type VerdictLevel = 'complete' | 'behind' | 'unknown' | 'broken' | 'empty';

/** Why the mirror is not complete. */
export interface Reason {
  /** For programs, and a label of metrics. */
  readonly code: ReasonCode;
  readonly level: Exclude<VerdictLevel, 'complete'>;
  /** What is the case, in a few words. */
  readonly what: string;
  /** What to do. */
  readonly remedy: string;
}

/** The one answer to whether the mirror is complete. */
export interface Verdict {
  readonly level: VerdictLevel;
  /** The worst that is the case, in a few words. */
  readonly title: string;
  /** The worst first; none where the mirror is complete. */
  readonly reasons: readonly Reason[];
  /** How far the mirror is behind in time, in ms; null where that is unknown. */
  readonly behindMs: number | null;
}

/** The codes of all reasons, the most urgent first. */
export const REASON_CODES = [
  'other-fleet',
  'queue-unreadable',
  'target-unreadable',
  'source-unreachable',
  'queue-refuses-writes',
  'target-refuses-writes',
  'target-unusable',
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
