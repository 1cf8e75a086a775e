import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { KnownKey } from './known-keys.js';

/** Schedulers changed in one step; of those whose interval only becomes longer, one step each call. */
const AT_ONCE = 500;

type Change = readonly [known: KnownKey, everyMs: number];

/** Brings the queue's job schedulers in line with what is wanted, by difference, and remembers what they are. */
export class ScheduleKeeper {
  readonly #queue: JobQueue;
  #count = 0;
  #last: Promise<unknown> = Promise.resolve();

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
    return await this.#alone(() => this.#takeStock([...keys], isScheduled, mayRemove));
  }

  async #takeStock(
    keys: readonly KnownKey[],
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
    const now: KnownKey[] = [];
    const slower: KnownKey[] = [];
    for (const known of keys) {
      const everyMs = wantedMs(known);
      if (known.everyMs === everyMs) continue;
      (known.everyMs !== undefined && everyMs > known.everyMs ? slower : now).push(known);
    }
    // Those that run most often cost the most.
    slower.sort((a, b) => (a.everyMs ?? 0) - (b.everyMs ?? 0));
    const all = [...now, ...slower.slice(0, AT_ONCE)];
    let added = 0;
    let changed = 0;
    for (let i = 0; i < all.length; i += AT_ONCE)
      await this.#alone(async () => {
        // Looked at anew: meanwhile another call may have come first.
        const changes = all
          .slice(i, i + AT_ONCE)
          .map((known): Change => [known, wantedMs(known)])
          .filter(([known, everyMs]) => known.everyMs !== everyMs);
        added += changes.filter(([{ everyMs }]) => everyMs === undefined).length;
        changed += changes.length;
        await this.#apply(changes);
      });
    return { added, changed: changed - added };
  }

  /** Sets one stopped scheduler going again. */
  async repair(known: KnownKey): Promise<void> {
    const everyMs = known.everyMs;
    if (everyMs === undefined) return;
    await this.remove([known]);
    await this.#alone(() => this.#apply([[known, everyMs]]));
  }

  async remove(keys: readonly KnownKey[]): Promise<void> {
    await this.#alone(async () => {
      const held = keys.filter(({ everyMs }) => everyMs !== undefined);
      await this.#queue.unschedule(held.map(({ key }) => key));
      for (const known of held) known.everyMs = undefined;
      this.#count -= held.length;
    });
  }

  /** Changes are made one after the other: what is remembered of a scheduler is then what it is. */
  async #alone<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(change, change);
    this.#last = mine.catch(() => {});
    return await mine;
  }

  async #apply(changes: readonly Change[]): Promise<void> {
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
