import { forEachAtOnce } from './for-each-at-once.js';
import { inParts } from './in-parts.js';
import { type Alone, KeyGroup } from './key-group.js';
import type { Line } from './line.js';
import type { Slice } from './slice.js';
import { syncKey, syncLoaded } from './sync-key.js';
import type { SyncReport } from './sync-report.js';

/** The end of one of many keys: what syncKey would have returned or thrown for it. */
export type KeyEnd = { readonly report: SyncReport } | { readonly error: unknown };

/** Called with the end of a key. An error that it throws ends the whole call. */
export type OnKeyEnd = (key: string, end: KeyEnd) => Promise<void> | void;

/** How syncKeys divides its work. */
export interface SyncKeysOptions {
  /** Keys whose run before did not end well: see syncKey. They go alone. */
  readonly interrupted?: ReadonlySet<string>;
  /** Keys that go alone, at once. Default 16. */
  readonly aloneAtOnce?: number;
}

/** Keys that share their commands, at most, and how many such groups are under way: one is written while one is read. */
const TOGETHER = 500;
const GROUPS_AT_ONCE = 2;

/**
 * The line, for many keys. Those with small values go through it together: one load of their states, one reading for
 * many of them, one write of what has changed, one save. All others go alone, by syncKey, beside them: streams, large
 * values, keys that were paused or changed their type, and whatever MongoDB refused, or another worker was faster at.
 * The promises are syncKey's.
 * @param onEnd called with how each key fared as soon as that is known, each key once.
 */
export async function syncKeys(
  line: Line,
  keys: readonly string[],
  slice: () => Slice,
  onEnd: OnKeyEnd,
  { interrupted = new Set(), aloneAtOnce = 16 }: SyncKeysOptions = {},
): Promise<void> {
  const alone = new WorkLane<Alone>(aloneAtOnce, async (one) => {
    await onEnd(one.key, await endOf(syncAlone(line, one, slice())));
  });
  for (const key of interrupted) alone.add({ key, wasInterrupted: true });
  const together = [...new Set(keys)].filter((key) => !interrupted.has(key));
  await forEachAtOnce(inParts(together, TOGETHER), GROUPS_AT_ONCE, async (group) => {
    await alone.whenBelow(TOGETHER);
    await new KeyGroup(line, group, onEnd, (one) => alone.add(one)).sync();
  }).finally(() => alone.whenIdle());
}

async function syncAlone(
  line: Line,
  { key, loaded, wasInterrupted }: Alone,
  slice: Slice,
): Promise<SyncReport> {
  if (!loaded) return await syncKey(line, key, slice, wasInterrupted);
  return await syncLoaded(line, key, loaded.state, slice);
}

async function endOf(run: Promise<SyncReport>): Promise<KeyEnd> {
  try {
    return { report: await run };
  } catch (error) {
    return { error };
  }
}

/** Processes added items in order, with a limited number at once. */
class WorkLane<T> {
  readonly #atOnce: number;
  readonly #work: (item: T) => Promise<void>;
  readonly #waiting: T[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(atOnce: number, work: (item: T) => Promise<void>) {
    this.#atOnce = atOnce;
    this.#work = work;
  }

  /** Begins with the item at once, or when one under way has ended. After a failure nothing is begun. */
  add(item: T): void {
    this.#waiting.push(item);
    this.#start();
  }

  /** Resolves when fewer than this many wait or are under way, or the work has failed. */
  async whenBelow(count: number): Promise<void> {
    while (this.#waiting.length + this.#underWay.size >= count && !this.#failure)
      await Promise.race(this.#underWay);
  }

  /**
   * Resolves when everything that was added is done.
   * @throws the first error of the work; nothing is begun after it.
   */
  async whenIdle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.race(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  #start(): void {
    while (this.#underWay.size < this.#atOnce && this.#waiting.length > 0 && !this.#failure) {
      const [item] = this.#waiting.splice(0, 1) as [T];
      const done: Promise<void> = this.#work(item)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#underWay.delete(done);
          this.#start();
        });
      this.#underWay.add(done);
    }
  }
}
