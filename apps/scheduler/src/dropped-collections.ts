import { collectionIds, rememberCollections, rememberedCollections } from '@redis-to-mongo/mongo-sink';

/** Interval at which the target's collections are listed, in ms. */
const EVERY_MS = 5_000;
/**
 * The collection that remembers the collections. If it is new, too, the whole database was dropped or
 * restored.
 */
const MEMORY = 'fleet';

/**
 * Detects single collections that were dropped, or dropped and restored. MongoDB gives each new collection a
 * new UUID. The target remembers the UUIDs of collections that the fleet uses, or has used under earlier
 * rules. TargetSetBack detects a whole database that was dropped or restored.
 */
export class DroppedCollections {
  #againAt = Number.NEGATIVE_INFINITY;
  #noted = '';

  /**
   * @param used returns the names of the collections that the fleet uses now. Other collections in its
   * database may change at any time.
   */
  constructor(
    private readonly db: Parameters<typeof collectionIds>[0],
    private readonly used: () => readonly string[],
    private readonly everyMs = EVERY_MS,
  ) {}

  /** Whether collections were dropped that were not reported before. Remembers new collections. */
  async found(): Promise<boolean> {
    if (performance.now() < this.#againAt) return false;
    const { dropped, now, isRemembered } = await this.#compare();
    if (dropped.length === 0 && !isRemembered) await rememberCollections(this.db, now);
    this.#againAt = performance.now() + this.everyMs;
    const names = dropped.join();
    const isNew = names !== this.#noted && names !== '';
    this.#noted = names;
    return isNew;
  }

  /**
   * Has the keys of dropped collections handled, and only then forgets these collections. If this process
   * dies earlier, they are found again. It does not ask the target until `found` would.
   * @param handle returns false if it was interrupted.
   * @returns the result of `handle`; true if no collection was dropped.
   * @throws SyncError as the sink throws, and what `handle` throws.
   */
  async handle(handle: (dropped: readonly string[]) => Promise<boolean>): Promise<boolean> {
    if (this.#noted === '' && performance.now() < this.#againAt) return true;
    const { dropped, now } = await this.#compare();
    if (dropped.length === 0) return true;
    if (!(await handle(dropped))) return false;
    await rememberCollections(this.db, now);
    // If a collection is dropped again, it is reported again.
    this.#noted = '';
    return true;
  }

  async #compare() {
    const before = (await rememberedCollections(this.db)) ?? [];
    const ours = new Set([...this.used(), ...before.map(({ name }) => name)]);
    const now = (await collectionIds(this.db)).filter(({ name }) => ours.has(name));
    const ids = new Map(now.map(({ name, id }) => [name, id]));
    const gone = before.filter(({ name, id }) => ids.get(name) !== id).map(({ name }) => name);
    /** The target remembers exactly its current collections. */
    const isRemembered = gone.length === 0 && before.length === now.length;
    return { dropped: gone.includes(MEMORY) ? [] : gone, now, isRemembered };
  }
}
