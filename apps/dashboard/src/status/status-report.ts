import type { FleetFacts, Verdict } from '@redis-to-mongo/fleet-status';
import {
  type ChangesHeard,
  changesHeardIn,
  hasActiveScheduler,
  type QueueFacts,
  workersOf,
} from '@redis-to-mongo/job-queue';
import type { FleetStatus, KeyBacklog, KeyTypeStatus } from '@redis-to-mongo/mongo-sink';
import { codeOf } from '../in-time.js';

/** What the queue is doing. */
export interface QueueStatus extends Omit<QueueFacts, 'processes' | 'isLeased' | 'isPaused'> {
  /** Number of live worker processes. */
  readonly workers: number;
  /** Number of live scheduler processes. */
  readonly schedulersAlive: number;
  /** Whether a scheduler is active. */
  readonly inCharge: boolean;
  readonly paused: boolean;
  /** How the active scheduler receives changes. */
  readonly changes: ChangesHeard | undefined;
}

/** Something that could not be read: its code, never its message, which may name hosts and users. */
export interface Unreadable {
  readonly code: string;
}

/** The sums of one key type, and how many entries per second came in since the reading before. */
export type TypeStatus = KeyTypeStatus & { readonly perSecond: number | null };

/** A key that is behind, how fast it catches up, and how long it still takes. */
export type BacklogStatus = KeyBacklog & {
  readonly perSecond: number | null;
  readonly secondsLeft: number | null;
};

/** Sums over all keys. With very many keys, they may be older than the rest of the report. */
export type Sums = Omit<FleetStatus, 'types' | 'backlogs'> & {
  readonly types: readonly TypeStatus[];
  readonly backlogs: readonly BacklogStatus[];
};

export interface StatusReport {
  readonly at: Date;
  /** Whether the mirror is complete. All pages and programs show this verdict. */
  readonly verdict: Verdict;
  /** The facts that the verdict is computed from. */
  readonly facts: FleetFacts;
  readonly fleet: Sums | Unreadable;
  readonly queue: QueueStatus | Unreadable;
}

export function isReadable<Part extends object>(part: Part | Unreadable): part is Exclude<Part, Unreadable> {
  return !('code' in part);
}

/** The sum of one number over all key types. */
export function total(types: readonly TypeStatus[], number: keyof Omit<TypeStatus, 'keyType'>): number {
  return types.reduce((sum, type) => sum + (type[number] ?? 0), 0);
}

/** Entries left to read, over all keys; `undefined` if this can't be read. */
export function lagOf({ facts: { mirror } }: StatusReport): number | undefined {
  return 'is' in mirror ? mirror.is.lag.entries : undefined;
}

/** The queue, as pages and the API show it. */
export function queueStatusOf({ queue }: FleetFacts): QueueStatus | Unreadable {
  if (!('is' in queue)) return { code: codeOf(queue.error) };
  const { processes, isLeased: _, isPaused, ...facts } = queue.is;
  const workers = workersOf(queue.is);
  return {
    ...facts,
    workers,
    schedulersAlive: processes.length - workers,
    inCharge: hasActiveScheduler(queue.is),
    changes: changesHeardIn(queue.is),
    paused: isPaused,
  };
}
