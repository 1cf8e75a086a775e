import type { QueueFacts } from '@redis-to-mongo/job-queue';
import type { MirrorFacts } from '@redis-to-mongo/mongo-sink';
import type { SyncError } from '@redis-to-mongo/pipeline';
import type { Comparison } from './identity/compare-fleets.js';

/** A fact, or the error that kept it from being read. */
export type Reading<Fact> = { readonly is: Fact } | { readonly error: SyncError };

/** Unread data of paused keys, according to the source. */
export interface PausedUnread {
  /** At least this many, in streams. */
  readonly entries: number;
  readonly streams: number;
  /** Paused keys that can't be checked cheaply: values, and streams beyond a bound. */
  readonly unknown: number;
}

/** All facts that the verdict depends on. */
export interface FleetFacts {
  /** When the last of them was read, in ms since 1970. */
  readonly at: number;
  readonly queue: Reading<QueueFacts>;
  readonly mirror: Reading<MirrorFacts>;
  /** The target's counter, read after queue and mirror: it is at least the queue's, unless the target has lost what it held. */
  readonly targetCounter: Reading<number>;
  /** Whether the source answers. */
  readonly source: Reading<true>;
  /** Whether the queue's Redis, and MongoDB, took a write. */
  readonly queueWrites: Reading<true>;
  readonly mirrorWrites: Reading<true>;
  readonly pausedUnread: Reading<PausedUnread>;
  /** Whether queue and target are those of this configuration's fleet. */
  readonly identity: Reading<Comparison>;
}
