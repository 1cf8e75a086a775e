import { TARGET_SET_BACK } from '@redis-to-mongo/fleet-status';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import { countInTarget, raiseTargetCounter, readTargetCounter } from '@redis-to-mongo/mongo-sink';

/** So often the target is counted on, in ms. */
const EVERY_MS = 5_000;
/** Clocks of workers may differ by this much, in ms, without anyone knowing, and a state may be this old when it is saved. */
const MARGIN_MS = 60_000;
/** So many times in a row: two schedulers of one queue may both count for a moment, and the queue's Redis may lose what it held last. */
const SHARED_TIMES = 5;

export interface TargetSetBackOptions {
  readonly db: Parameters<typeof countInTarget>[0];
  readonly queue: {
    readonly sweeps: JobQueue['sweeps'];
    readonly processes: JobQueue['processes'];
    readonly targetCounter: Pick<JobQueue['targetCounter'], 'read' | 'raise' | 'raisedAt'>;
  };
  readonly everyMs?: number;
  /** Called each time the target is counted: whether someone else has counted it between the last times, who is not of this queue. */
  readonly onCounted?: (isShared: boolean) => void;
}

/**
 * Detects a target that was restored from a backup, or dropped. A number is counted on in the target,
 * and the queue remembers the highest, so it is noticed also where no scheduler ran meanwhile.
 */
export class TargetSetBack {
  readonly #options: TargetSetBackOptions;
  #againAt = Number.NEGATIVE_INFINITY;
  #leaps = 0;
  /** What this one has counted to last, also where the queue's Redis took no note of it. */
  #counted = 0;

  constructor(options: TargetSetBackOptions) {
    this.#options = options;
  }

  /**
   * Whether the target was set back since it was counted last. Then a sweep is due, whichever scheduler makes it, and keys that were
   * synced about then are to be read again.
   * @throws SyncError as the sink and the queue throw.
   */
  async found(): Promise<boolean> {
    if (performance.now() < this.#againAt) return false;
    const { db, queue, everyMs = EVERY_MS, onCounted } = this.#options;
    const before = await queue.targetCounter.read();
    const n = await countInTarget(db);
    this.#leaps = before > 0 && n > Math.max(before, this.#counted) + 1 ? this.#leaps + 1 : 0;
    this.#counted = n;
    onCounted?.(this.#leaps >= SHARED_TIMES);
    // Asked once more: a sweep of everything is not begun for an answer that was wrong.
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

  /** Keys were synced by the clocks of the workers, those that have just gone among them. */
  async #mostBehindMs(): Promise<number> {
    const processes = await this.#options.queue.processes();
    return Math.max(0, ...processes.map(({ clockAheadMs = 0 }) => -clockAheadMs));
  }
}
