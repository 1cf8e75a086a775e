import type { QueueFacts } from '@redis-to-mongo/job-queue';
import type { MirrorFacts } from '@redis-to-mongo/mongo-sink';
import type { SyncError } from '@redis-to-mongo/pipeline';
import type { Comparison } from './identity/compare-fleets.js';

/** A fact, or the error that prevented reading it. */
export type Reading<Fact> = { readonly is: Fact } | { readonly error: SyncError };

/** The code of a fact that could not be read in time. */
export const STATUS_TIMEOUT = 'STATUS_TIMEOUT';

/** Unread data of paused keys, according to the source. */
export interface PausedUnread {
  /** Unread entries in paused streams; at least this many. */
  readonly entries: number;
  readonly streams: number;
  /**
   * Paused keys that cannot be checked cheaply: values, streams beyond PAUSED_ASKED, and keys that are not
   * streams anymore.
   */
  readonly unknown: number;
}

/** Which of the servers that hold the source's keys answer. */
export interface SourceAnswers {
  /** Number of masters of a cluster; 1 for a single server. */
  readonly masters: number;
  /** The masters of a cluster that do not answer, as host:port, and not all of them. */
  readonly silent: readonly string[];
  /** For how many ms the source, a replica, has had no link to its primary; 0 or absent otherwise. */
  readonly cutOffMs?: number;
}

/** All facts that the verdict depends on. */
export interface FleetFacts {
  /** When the last fact was read, in ms since 1970. */
  readonly at: number;
  readonly queue: Reading<QueueFacts>;
  readonly mirror: Reading<MirrorFacts>;
  /**
   * The target's counter, read after queue and mirror. It is at least the queue's value, unless the target
   * has lost data.
   */
  readonly targetCounter: Reading<number>;
  readonly source: Reading<SourceAnswers>;
  /** Whether the queue's Redis and MongoDB accepted a write. */
  readonly queueWrites: Reading<true>;
  readonly mirrorWrites: Reading<true>;
  readonly pausedUnread: Reading<PausedUnread>;
  /** Whether queue and target belong to this configuration's fleet. */
  readonly identity: Reading<Comparison>;
}
