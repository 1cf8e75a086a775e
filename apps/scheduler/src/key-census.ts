import type { FoundKey } from '@redis-to-mongo/redis-source';

/** How many passes of SCAN must miss a key before it is asked for by name: SCAN may miss keys while they change. */
const MISSES_ALLOWED = 2;

/** The keys the scheduler knows of, with what it needs to tell which are new and which have gone. */
export class KeyCensus {
  readonly #types = new Map<string, FoundKey['type']>();
  readonly #misses = new Map<string, number>();
  #met = new Set<string>();

  /** The types that are known, for a pass that need not ask them again. */
  get types(): ReadonlyMap<string, FoundKey['type']> {
    return this.#types;
  }

  /** Adds keys that were known before this process began; whether they are still there, the passes will tell. */
  remember(key: string, type: FoundKey['type']): void {
    if (!this.#types.has(key)) this.#types.set(key, type);
  }

  /** Takes in what one step of a pass found. */
  meet(found: readonly FoundKey[]): void {
    for (const { key, type } of found) {
      this.#types.set(key, type);
      this.#met.add(key);
      this.#misses.delete(key);
    }
  }

  /** Ends a pass: the keys that were missed often enough to be asked for by name. */
  endPass(): string[] {
    const suspects: string[] = [];
    for (const key of this.#types.keys()) {
      if (this.#met.has(key)) continue;
      const misses = (this.#misses.get(key) ?? 0) + 1;
      this.#misses.set(key, misses);
      if (misses >= MISSES_ALLOWED) suspects.push(key);
    }
    this.#met = new Set();
    return suspects;
  }

  /** Forgets a key that has gone. */
  forget(key: string): void {
    this.#types.delete(key);
    this.#misses.delete(key);
  }
}
