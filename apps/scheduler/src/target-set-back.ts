import { TARGET_SET_BACK } from '@redis-to-mongo/fleet-status';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import { countInTarget, raiseTargetCounter, readTargetCounter } from '@redis-to-mongo/mongo-sink';

/** Interval at which the target's counter is increased, in ms. */
const EVERY_MS = 5_000;
/**
 * Clocks of workers may differ by this much without being noticed, and a state may be this old when it is
 * saved; in ms.
 */
const MARGIN_MS = 60_000;
/**
 * The counter must leap this many times in a row before another fleet is suspected. Two schedulers of one
 * queue may both count for a moment, and the queue's Redis may lose its last value.
 */
const SHARED_TIMES = 5;

export interface TargetSetBackOptions {
  readonly db: Parameters<typeof countInTarget>[0];
  readonly queue: {
    readonly sweeps: JobQueue['sweeps'];
    readonly processes: JobQueue['processes'];
    readonly targetCounter: Pick<JobQueue['targetCounter'], 'read' | 'raise' | 'raisedAt'>;
  };
  readonly everyMs?: number;
  /** Called at each count. `isShared`: a process of another queue also counts in this target. */
  readonly onCounted?: (isShared: boolean) => void;
}

/**
 * Detects a target that was restored from a backup, or dropped. The active scheduler increases a counter in
 * the target, and the queue remembers the highest value. So a loss is also noticed if no scheduler ran when
 * it happened. The scheduler remembers its last value, too, in case the queue's Redis loses its data.
 */
export class TargetSetBack {
  #againAt = Number.NEGATIVE_INFINITY;
  #leaps = 0;
  /** The last value that this scheduler counted to, even if the queue's Redis did not record it. */
  #counted = 0;

  constructor(private readonly options: TargetSetBackOptions) {}

  /**
   * Whether the target was set back since the last count. If so, a sweep is recorded as due for any
   * scheduler, and keys synced around that time are recorded for a new read.
   * @throws SyncError as the sink and the queue throw.
   */
  async found(): Promise<boolean> {
    if (performance.now() < this.#againAt) return false;
    const { db, queue, everyMs = EVERY_MS, onCounted } = this.options;
    const before = Math.max(await queue.targetCounter.read(), this.#counted);
    const n = await countInTarget(db);
    this.#leaps = before > 0 && n > before + 1 ? this.#leaps + 1 : 0;
    this.#counted = n;
    onCounted?.(this.#leaps >= SHARED_TIMES);
    // Read the counter again, so that a single wrong answer does not cause a sweep of everything.
    const isSetBack = n <= before && (await readTargetCounter(db)) <= before;
    if (isSetBack) {
      const countedAt = (await queue.targetCounter.raisedAt()) ?? (await queue.sweeps.now());
      await queue.sweeps.noteReread(countedAt - MARGIN_MS - (await this.#mostBehindMs()));
      await queue.sweeps.noteDue(TARGET_SET_BACK);
      await raiseTargetCounter(db, before + 1);
    }
    await queue.targetCounter.raise(Math.max(n, before + 1));
    this.#againAt = performance.now() + everyMs;
    return isSetBack;
  }

  /**
   * How far the slowest clock of a process is behind, in ms. Keys carry times of the workers' clocks,
   * including workers that have just ended.
   */
  async #mostBehindMs(): Promise<number> {
    const processes = await this.options.queue.processes();
    return Math.max(0, ...processes.map(({ clockAheadMs = 0 }) => -clockAheadMs));
  }
}
