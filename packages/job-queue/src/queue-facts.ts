import type { ChangesHeard, Heartbeat } from './heartbeats.js';
import type { QueueDepth } from './queue-depth.js';

/** What the queue's Redis reports about the fleet at one moment. */
export interface QueueFacts extends QueueDepth {
  /** Keys that have a job scheduler. */
  readonly schedulers: number;
  /** Nobody is given jobs until the queue is resumed. */
  readonly isPaused: boolean;
  /** How long the job that waits longest has been due, in ms; 0 where none waits. */
  readonly waitingMs: number;
  /** How long after they are due jobs have ended lately, in ms; `null` where none has. */
  readonly usualMs: number | null;
  /** Why a sweep for changes that may have been missed is due or under way; empty if none were. */
  readonly sweepPending: string;
  /** Keys that such a sweep has requested are due: what was missed may be among them. */
  readonly isCatchingUp: boolean;
  /** The highest number that the target was counted to; absent where nothing was counted yet. */
  readonly targetCounter?: number;
  /** A scheduler holds the lease. */
  readonly isLeased: boolean;
  /** The processes that live, by what they report about themselves. */
  readonly processes: readonly Heartbeat[];
}

/** How the active scheduler receives changes; `undefined` where none has reported. */
export function changesHeardIn({ processes }: Pick<QueueFacts, 'processes'>): ChangesHeard | undefined {
  return processes.find(({ app, state }) => app === 'scheduler' && state === 'active')?.changes;
}

/** The scheduler that holds the lease, and has said so itself: the lease of one that died outlives it by seconds. */
export function activeSchedulerIn({
  isLeased,
  processes,
}: Pick<QueueFacts, 'isLeased' | 'processes'>): QueueFacts['processes'][number] | undefined {
  // One that was paused takes itself for the active one until its last heartbeat is too old.
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
