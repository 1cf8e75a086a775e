import type { QueueFacts } from '@redis-to-mongo/job-queue';
import type { MirrorFacts } from '@redis-to-mongo/mongo-sink';
import type { SyncError } from '@redis-to-mongo/pipeline';
import type { Comparison } from './identity/compare-fleets.js';

/** A fact, or why it could not be read. */
export type Known<Fact> = { readonly is: Fact } | { readonly error: SyncError };

/** What paused keys have left unread, as the source tells. */
export interface PausedUnread {
  /** At least so many, in streams. */
  readonly entries: number;
  readonly streams: number;
  /** Paused keys of which nobody can tell cheaply: values, and streams beyond a bound. */
  readonly unknown: number;
}

/** All that the verdict rests on. */
export interface FleetFacts {
  /** When the last of them was read, in ms since 1970. */
  readonly at: number;
  readonly queue: Known<QueueFacts>;
  readonly mirror: Known<MirrorFacts>;
  /** Whether the source answers. */
  readonly source: Known<true>;
  /** Whether the queue's Redis, and MongoDB, took a write. */
  readonly queueWrites: Known<true>;
  readonly mirrorWrites: Known<true>;
  readonly pausedUnread: Known<PausedUnread>;
  /** Whether queue and target are those of this configuration's fleet. */
  readonly identity: Known<Comparison>;
}
