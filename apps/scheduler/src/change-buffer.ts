import { keyIdOf } from '@redis-to-mongo/pipeline';

export interface ChangeBufferOptions {
  /** Which keys are of interest. */
  readonly wanted: (keyId: string) => boolean;
  /** Whether a key that has changed is seen by a worker that tails it; it is not added then. */
  readonly isTailed: (keyId: string) => boolean;
  /** What the queue's own keys begin with: most of what is reported, where the source holds the queue as well. */
  readonly ownPrefix: Buffer;
  /** Called when there is something to take. */
  readonly onAdd: () => void;
  /** Called when changes had to be dropped. */
  readonly onOverflow: () => void;
}

/** Keys that are kept at most: they take about 100 bytes each; and characters of their names. */
const LIMIT = 100_000;
const MOST_CHARS = 32 * 1024 * 1024;

/** Keys, each once. */
class Names {
  readonly keys = new Set<string>();
  /** Characters of all of them. */
  chars = 0;
  /** When the first of them was added, by performance.now(). */
  since = 0;

  add(key: string): void {
    if (this.keys.has(key)) return;
    this.keys.add(key);
    this.chars += key.length;
  }

  remove(key: string): void {
    if (this.keys.delete(key)) this.chars -= key.length;
  }
}

/**
 * Changed keys that are not requested yet, each once. The active scheduler takes them out; a standby lets them
 * grow old, so that it still has those of the last moments when it takes over.
 */
export class ChangeBuffer {
  readonly #options: ChangeBufferOptions;
  #older = new Names();
  #newer = new Names();

  constructor(options: ChangeBufferOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#older.keys.size + this.#newer.keys.size;
  }

  /** Since when the oldest change has been here, by performance.now(); undefined where there is none. */
  get since(): number | undefined {
    return [this.#older, this.#newer].find(({ keys }) => keys.size > 0)?.since;
  }

  /** Takes in names as the change feed shows them. */
  add(names: readonly Buffer[]): void {
    const { wanted, isTailed, ownPrefix } = this.#options;
    const keys: string[] = [];
    for (const name of names) {
      if (startsWith(name, ownPrefix)) continue;
      const key = keyIdOf(name);
      if (wanted(key) && !isTailed(key)) keys.push(key);
    }
    this.addKeys(keys);
  }

  /** @param since when the first of these changes was heard of, by performance.now(). */
  addKeys(keys: readonly string[], since = performance.now()): void {
    if (keys.length === 0) return;
    this.#newer.since = this.#newer.keys.size === 0 ? since : Math.min(this.#newer.since, since);
    for (const key of keys) this.#newer.add(key);
    if (this.size > LIMIT || this.#older.chars + this.#newer.chars > MOST_CHARS) {
      this.clear();
      this.#options.onOverflow();
    } else this.#options.onAdd();
  }

  /** Takes out some keys, the oldest first; with the time since when the first of them was here. */
  take(limit: number): { readonly keys: readonly string[]; readonly since: number } {
    if (this.#older.keys.size === 0) this.age();
    const keys: string[] = [];
    for (const key of this.#older.keys) {
      if (keys.length === limit) break;
      keys.push(key);
      this.#older.remove(key);
    }
    return { keys, since: this.#older.since };
  }

  /** Forgets what was there at the last call already. */
  age(): void {
    this.#older = this.#newer;
    this.#newer = new Names();
  }

  /** Drops all keys: a sweep finds their changes. */
  clear(): void {
    this.#older = new Names();
    this.#newer = new Names();
  }
}

function startsWith(name: Buffer, prefix: Buffer): boolean {
  return name.length >= prefix.length && name.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}
