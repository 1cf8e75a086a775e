import { inParts } from './bulks-of.js';
import { forEachAtOnce } from './for-each-at-once.js';
import { type Alone, KeyGroup } from './key-group.js';
import type { Line } from './line.js';
import type { Slice } from './slice.js';
import { syncKey, syncLoaded } from './sync-key.js';
import type { SyncReport } from './sync-report.js';

/**
 * The result for one of many keys: the report that syncKey would return, or the error that it would throw.
 */
export type KeyEnd = { readonly report: SyncReport } | { readonly error: unknown };

/** Called with the result for a key. An error that it throws ends the whole call. */
export type OnKeyEnd = (key: string, end: KeyEnd) => Promise<void> | void;

/** How syncKeys divides its work. */
export interface SyncKeysOptions {
  /** Keys whose last run failed or died: see syncKey. They go alone. */
  readonly interrupted?: ReadonlySet<string>;
  /**
   * Streams that a worker has tailed until now. If MongoDB has no position of one, it has lost it, so the
   * stream counts as interrupted.
   */
  readonly tailed?: ReadonlySet<string>;
  /** Maximum number of keys that go alone in parallel. Default: 16. */
  readonly aloneAtOnce?: number;
}

/**
 * Maximum number of keys that share commands, and of such groups in progress: one is written while another is
 * read.
 */
const TOGETHER = 500;
const GROUPS_AT_ONCE = 2;

/**
 * The line, for many keys. Those with small values go through it together: one load of their states, one
 * reading of many values, one write of the changed values, one save. At the same time, all other keys go
 * alone, by syncKey: streams, large values, keys that are paused or changed their type, keys whose write
 * MongoDB refused, and keys that another worker saved first. The guarantees are those of syncKey.
 * @param onEnd called once for each key, as soon as its result is known.
 */
export async function syncKeys(
  line: Line,
  keys: readonly string[],
  slice: () => Slice,
  onEnd: OnKeyEnd,
  { interrupted = new Set(), tailed = new Set(), aloneAtOnce = 16 }: SyncKeysOptions = {},
): Promise<void> {
  const alone = new WorkLane<Alone>(aloneAtOnce, async (one) => {
    await onEnd(one.key, await endOf(syncAlone(line, one, slice(), tailed)));
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
  tailed: ReadonlySet<string>,
): Promise<SyncReport> {
  if (!loaded) return await syncKey(line, key, slice, wasInterrupted);
  return await syncLoaded(line, key, loaded.state, slice, tailed.has(key) && !loaded.state?.position);
}

async function endOf(run: Promise<SyncReport>): Promise<KeyEnd> {
  try {
    return { report: await run };
  } catch (error) {
    return { error };
  }
}

/** Processes added items in order, a limited number in parallel. */
class WorkLane<T> {
  readonly #waiting: T[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly atOnce: number,
    private readonly work: (item: T) => Promise<void>,
  ) {}

  /** Begins with the item immediately, or when another item has ended. After a failure, no item is begun. */
  add(item: T): void {
    this.#waiting.push(item);
    this.#start();
  }

  /** Resolves when fewer than `count` items are waiting or in progress, or the work has failed. */
  async whenBelow(count: number): Promise<void> {
    while (this.#waiting.length + this.#underWay.size >= count && !this.#failure)
      await Promise.race(this.#underWay);
  }

  /**
   * Resolves when all added items are done.
   * @throws the first error of the work; no item is begun after it.
   */
  async whenIdle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.race(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  #start(): void {
    while (this.#underWay.size < this.atOnce && this.#waiting.length > 0 && !this.#failure) {
      const [item] = this.#waiting.splice(0, 1) as [T];
      const done: Promise<void> = this.work(item)
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
