import type { KeyBacklog, KeyTypeStatus } from '@redis-to-mongo/mongo-sink';
import type { FleetReading } from '../keys/sum-up.js';

/** What the queue is doing. */
export interface QueueStatus {
  readonly waiting: number;
  readonly active: number;
  /** Jobs whose time has not come. */
  readonly delayed: number;
  readonly failed: number;
  readonly schedulers: number;
  /** Worker processes; `null` where Redis does not tell. */
  readonly workers: number | null;
  readonly paused: boolean;
  /** How long the job that waits longest has been due, in ms. */
  readonly waitingMs: number;
  /** How long after they are due jobs have ended lately, in ms; `null` where none has. */
  readonly usualMs: number | null;
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

export interface StatusReport {
  readonly at: Date;
  readonly fleet:
    | (Omit<FleetReading, 'types' | 'backlogs'> & {
        readonly types: readonly TypeStatus[];
        readonly backlogs: readonly BacklogStatus[];
      })
    | Unreadable;
  readonly queue: QueueStatus | Unreadable;
}

export function isReadable<Part extends object>(part: Part | Unreadable): part is Exclude<Part, Unreadable> {
  return !('code' in part);
}

/** The sum of one number over all key types. */
export function total(types: readonly TypeStatus[], number: keyof Omit<TypeStatus, 'keyType'>): number {
  return types.reduce((sum, type) => sum + (type[number] ?? 0), 0);
}

/**
 * How far the mirror is behind in time, in ms: the age of what keys have left to read, or how late jobs are, whichever
 * is more; `null` where that can't be read, or nothing has told of it yet.
 */
export function behindOf({ fleet, queue }: Pick<StatusReport, 'fleet' | 'queue'>): number | null {
  if (!isReadable(fleet) || !isReadable(queue)) return null;
  if (queue.usualMs === null && queue.waitingMs === 0 && fleet.behindMs === 0) return null;
  return Math.max(fleet.behindMs, queue.waitingMs, queue.usualMs ?? 0);
}
