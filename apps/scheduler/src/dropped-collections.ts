import { collectionIds, rememberCollections, rememberedCollections } from '@redis-to-mongo/mongo-sink';

/** So often the target is asked for its collections, in ms. */
const EVERY_MS = 5_000;
/** Where the target remembers its collections: if this one is another, too, the whole database was restored or dropped. */
const MEMORY = 'fleet';

/**
 * Detects single collections that were dropped, or dropped and restored: MongoDB gives each new collection a new UUID, and the target
 * remembers those that the fleet uses, or has used under earlier rules. A database that was dropped or restored as a whole is for
 * TargetSetBack.
 */
export class DroppedCollections {
  readonly #db: Parameters<typeof collectionIds>[0];
  readonly #used: () => readonly string[];
  readonly #everyMs: number;
  #againAt = Number.NEGATIVE_INFINITY;
  #noted = '';

  /** @param used the names of the collections that the fleet uses now; others in its database are replaced whenever their owner likes. */
  constructor(db: Parameters<typeof collectionIds>[0], used: () => readonly string[], everyMs = EVERY_MS) {
    this.#db = db;
    this.#used = used;
    this.#everyMs = everyMs;
  }

  /**
   * Whether collections were dropped that were not reported before. New ones are remembered.
   * @throws SyncError as the sink throws.
   */
  async found(): Promise<boolean> {
    if (performance.now() < this.#againAt) return false;
    const { dropped, now, isRemembered } = await this.#compare();
    if (dropped.length === 0 && !isRemembered) await rememberCollections(this.#db, now);
    this.#againAt = performance.now() + this.#everyMs;
    const names = dropped.join();
    const isNew = names !== this.#noted && names !== '';
    this.#noted = names;
    return isNew;
  }

  /**
   * Has the keys of dropped collections handled. They are forgotten only then: if this process dies before, they are found again.
   * @param handle false where it was ended from outside.
   * @returns what it returned; true where no collection was dropped. For as long as `found` would not ask either, the target is not asked.
   * @throws SyncError as the sink throws, and what `handle` throws.
   */
  async handle(handle: (dropped: readonly string[]) => Promise<boolean>): Promise<boolean> {
    if (this.#noted === '' && performance.now() < this.#againAt) return true;
    const { dropped, now } = await this.#compare();
    if (dropped.length === 0) return true;
    if (!(await handle(dropped))) return false;
    await rememberCollections(this.#db, now);
    // One that is dropped once more is reported once more.
    this.#noted = '';
    return true;
  }

  async #compare() {
    const before = (await rememberedCollections(this.#db)) ?? [];
    const ours = new Set([...this.#used(), ...before.map(({ name }) => name)]);
    const now = (await collectionIds(this.#db)).filter(({ name }) => ours.has(name));
    const ids = new Map(now.map(({ name, id }) => [name, id]));
    const gone = before.filter(({ name, id }) => ids.get(name) !== id).map(({ name }) => name);
    /** The target remembers exactly those that it has. */
    const isRemembered = gone.length === 0 && before.length === now.length;
    return { dropped: gone.includes(MEMORY) ? [] : gone, now, isRemembered };
  }
}
