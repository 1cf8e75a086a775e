import { keyIdOf } from '@redis-to-mongo/pipeline';

export interface ChangeBufferOptions {
  /** Selects the keys to keep. */
  readonly wanted: (keyId: string) => boolean;
  /** Whether a worker that tails the key sees the change itself. Then the key is not added. */
  readonly isTailed: (keyId: string) => boolean;
  /**
   * The prefix of the queue's own keys. If the source also holds the queue, most reported changes are of
   * these keys.
   */
  readonly ownPrefix: Buffer;
  /** Called when keys were added. */
  readonly onAdd: () => void;
  /** Called when the buffer was full and changes were dropped. */
  readonly onOverflow: () => void;
}

/** Maximum number of keys (about 100 bytes each), and of characters in their names. */
const LIMIT = 100_000;
const MOST_CHARS = 32 * 1024 * 1024;

/** A set of keys that counts the characters of their names. */
class Names {
  readonly keys = new Set<string>();
  /** Characters in the names of all keys. */
  chars = 0;
  /** When the first key was added, by performance.now(). */
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
 * Changed keys that are not requested yet, without duplicates. The active scheduler takes them out. A standby
 * discards old ones, so that it has the most recent changes when it takes over.
 */
export class ChangeBuffer {
  #older = new Names();
  #newer = new Names();

  constructor(private readonly options: ChangeBufferOptions) {}

  get size(): number {
    return this.#older.keys.size + this.#newer.keys.size;
  }

  /** When the oldest change was added, by performance.now(); undefined if the buffer is empty. */
  get since(): number | undefined {
    return [this.#older, this.#newer].find(({ keys }) => keys.size > 0)?.since;
  }

  /** Adds names as the change feed reports them. */
  add(names: readonly Buffer[]): void {
    const { wanted, isTailed, ownPrefix } = this.options;
    const keys: string[] = [];
    for (const name of names) {
      if (startsWith(name, ownPrefix)) continue;
      const key = keyIdOf(name);
      if (wanted(key) && !isTailed(key)) keys.push(key);
    }
    this.addKeys(keys);
  }

  /** @param since when the first of these changes was reported, by performance.now(). */
  addKeys(keys: readonly string[], since = performance.now()): void {
    if (keys.length === 0) return;
    this.#newer.since = this.#newer.keys.size === 0 ? since : Math.min(this.#newer.since, since);
    for (const key of keys) this.#newer.add(key);
    if (this.size > LIMIT || this.#older.chars + this.#newer.chars > MOST_CHARS) {
      this.clear();
      this.options.onOverflow();
    } else this.options.onAdd();
  }

  /**
   * Removes at most `limit` keys, the oldest first.
   * @returns the keys, and when the first of them was added.
   */
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

  /** Discards keys that were already present at the last call. */
  age(): void {
    this.#older = this.#newer;
    this.#newer = new Names();
  }

  /** Discards all keys. A sweep must find their changes. */
  clear(): void {
    this.#older = new Names();
    this.#newer = new Names();
  }
}

function startsWith(name: Buffer, prefix: Buffer): boolean {
  return name.length >= prefix.length && name.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}
