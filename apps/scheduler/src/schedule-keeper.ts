import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { KnownKey } from './known-keys.js';

/** Schedulers whose interval only becomes longer are changed in such steps, each call one. */
const SLOWER_AT_ONCE = 500;

/** Brings the queue's job schedulers in line with what is wanted, by difference, and remembers what they are. */
export class ScheduleKeeper {
  readonly #queue: JobQueue;
  #count = 0;

  constructor(queue: JobQueue) {
    this.#queue = queue;
  }

  /** Whether the queue holds as many schedulers as it should: something else made or removed some if not. */
  async isComplete(): Promise<boolean> {
    return (await this.#queue.schedulerCount()) === this.#count;
  }

  /**
   * Looks at all schedulers there are: notes which of the keys have one, and takes away those that belong to no key.
   * @param mayRemove asked right before: only the active scheduler may.
   */
  async takeStock(
    keys: Iterable<KnownKey>,
    isScheduled: (known: KnownKey) => boolean,
    mayRemove: () => Promise<boolean>,
  ): Promise<{ removed: number }> {
    const strays = await this.#queue.schedulerIds();
    const held: KnownKey[] = [];
    for (const known of keys) {
      known.everyMs = undefined;
      if (isScheduled(known) && strays.delete(known.id)) held.push(known);
    }
    const intervals = await this.#queue.intervals(held.map(({ id }) => id));
    held.forEach((known, i) => {
      known.everyMs = intervals[i];
    });
    this.#count = held.filter(({ everyMs }) => everyMs !== undefined).length;
    if (strays.size === 0 || !(await mayRemove())) return { removed: 0 };
    await this.#queue.removeSchedulers([...strays]);
    return { removed: strays.size };
  }

  /** Sets the intervals that differ: all that are missing or become shorter, and some of those that become longer. */
  async bringInLine(
    keys: Iterable<KnownKey>,
    wantedMs: (known: KnownKey) => number,
  ): Promise<{ added: number; changed: number }> {
    const now: [KnownKey, number][] = [];
    const slower: [KnownKey, number][] = [];
    for (const known of keys) {
      const everyMs = wantedMs(known);
      if (known.everyMs === everyMs) continue;
      (known.everyMs !== undefined && everyMs > known.everyMs ? slower : now).push([known, everyMs]);
    }
    const added = now.filter(([{ everyMs }]) => everyMs === undefined).length;
    // Those that run most often cost the most.
    slower.sort(([a], [b]) => (a.everyMs ?? 0) - (b.everyMs ?? 0));
    const all = [...now, ...slower.slice(0, SLOWER_AT_ONCE)];
    await this.#apply(all);
    return { added, changed: all.length - added };
  }

  /** Sets one stopped scheduler going again. */
  async repair(known: KnownKey): Promise<void> {
    const everyMs = known.everyMs;
    if (everyMs === undefined) return;
    await this.remove([known]);
    await this.#apply([[known, everyMs]]);
  }

  async remove(keys: readonly KnownKey[]): Promise<void> {
    const held = keys.filter(({ everyMs }) => everyMs !== undefined);
    await this.#queue.unschedule(held.map(({ key }) => key));
    for (const known of held) {
      known.everyMs = undefined;
      this.#count--;
    }
  }

  async #apply(changes: readonly [KnownKey, number][]): Promise<void> {
    const byInterval = new Map<number, KnownKey[]>();
    for (const [known, everyMs] of changes) {
      const group = byInterval.get(everyMs);
      if (group) group.push(known);
      else byInterval.set(everyMs, [known]);
    }
    for (const [everyMs, group] of byInterval) {
      await this.#queue.schedule(
        group.map(({ key }) => key),
        everyMs,
      );
      for (const known of group) {
        if (known.everyMs === undefined) this.#count++;
        known.everyMs = everyMs;
      }
    }
  }
}
