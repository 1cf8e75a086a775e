import type { ChangesHeard, Heartbeat } from './heartbeats.js';
import type { QueueDepth } from './queue-depth.js';
import type { LeftOut } from './sweep-record.js';

/** Facts about the fleet at one moment, from the queue's Redis. */
export interface QueueFacts extends QueueDepth {
  /** Keys that have a job scheduler. */
  readonly schedulers: number;
  /** The queue is paused: workers get no jobs until it is resumed. */
  readonly isPaused: boolean;
  /** How long the longest-waiting job has been due, in ms; 0 if no job waits. */
  readonly waitingMs: number;
  /** The median time from due to ended of recent jobs, in ms; `null` if there were none. */
  readonly usualMs: number | null;
  /** Why a sweep for missed changes is due or under way; empty if none is. */
  readonly sweepPending: string;
  /** Keys that such a sweep requested are still due; missed changes may be among them. */
  readonly isCatchingUp: boolean;
  /** Keys that can't be mirrored, as of the last sweep. Absent if no sweep has recorded that. */
  readonly leftOut?: LeftOut | undefined;
  /** The highest counter value of the target (see TargetCounter). Absent if the queue does not report it. */
  readonly targetCounter?: number;
  /**
   * The queue's Redis evicts keys. Marks, heartbeats and the lease may be among them, so if one is missing, that
   * means nothing.
   */
  readonly isEvicting: boolean;
  /** A scheduler holds the lease. */
  readonly isLeased: boolean;
  /** The live processes, according to their heartbeats. */
  readonly processes: readonly Heartbeat[];
  /** Workers that ended, or were found dead, a moment ago: a sweep for what they missed may not have begun. */
  readonly left?: readonly Heartbeat[];
}

/** How the active scheduler receives changes; `undefined` if no scheduler has reported that. */
export function changesHeardIn({ processes }: Pick<QueueFacts, 'processes'>): ChangesHeard | undefined {
  return processes.find(({ app, state }) => app === 'scheduler' && state === 'active')?.changes;
}

/**
 * The scheduler that holds the lease and has reported that it is active. The lease alone is not enough: the
 * lease of a dead scheduler outlives it by seconds.
 */
export function activeSchedulerIn({
  isLeased,
  processes,
}: Pick<QueueFacts, 'isLeased' | 'processes'>): QueueFacts['processes'][number] | undefined {
  // A suspended scheduler may report itself as active until its last heartbeat is too old. The active one
  // searched last.
  const [latest] = processes
    .filter(({ app, state }) => app === 'scheduler' && state !== 'standby')
    .sort((a, b) => (a.searchedMs ?? Number.MAX_VALUE) - (b.searchedMs ?? Number.MAX_VALUE));
  return isLeased ? latest : undefined;
}

/** Whether a scheduler is active; see activeSchedulerIn. */
export function hasActiveScheduler(facts: Pick<QueueFacts, 'isLeased' | 'processes'>): boolean {
  return activeSchedulerIn(facts) !== undefined;
}

/** The number of live workers. */
export function workersOf({ processes }: Pick<QueueFacts, 'processes'>): number {
  return processes.filter(({ app }) => app === 'worker').length;
}
