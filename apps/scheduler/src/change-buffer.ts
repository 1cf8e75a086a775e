import { keyIdOf } from '@redis-to-mongo/pipeline';

export interface ChangeBufferOptions {
  /** Which keys are of interest. */
  readonly wanted: (keyId: string) => boolean;
  /** What the queue's own keys begin with: most of what is told, where the source holds the queue as well. */
  readonly ownPrefix: Buffer;
  /** Told when there is something to take. */
  readonly onAdd?: () => void;
  /** Told when changes had to be dropped. */
  readonly onOverflow: () => void;
}

/** Keys that are kept at most: they take about 100 bytes each. */
const LIMIT = 100_000;

/**
 * Keys that changed and that nobody has requested yet, each once. The active scheduler takes them out; a standby lets them
 * grow old, so that it still has those of the last moments when it takes over.
 */
export class ChangeBuffer {
  readonly #options: ChangeBufferOptions;
  #older = new Set<string>();
  #newer = new Set<string>();

  constructor(options: ChangeBufferOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#older.size + this.#newer.size;
  }

  /** Takes in names as the change feed tells them. */
  add(names: readonly Buffer[]): void {
    const { wanted, ownPrefix } = this.#options;
    const keys: string[] = [];
    for (const name of names) {
      if (startsWith(name, ownPrefix)) continue;
      const key = keyIdOf(name);
      if (wanted(key)) keys.push(key);
    }
    this.addKeys(keys);
  }

  addKeys(keys: readonly string[]): void {
    if (keys.length === 0) return;
    for (const key of keys) this.#newer.add(key);
    if (this.size > LIMIT) {
      this.clear();
      this.#options.onOverflow();
    } else this.#options.onAdd?.();
  }

  /** Takes out some keys, the oldest first. */
  take(limit: number): string[] {
    const keys: string[] = [];
    for (const set of [this.#older, this.#newer])
      for (const key of set) {
        if (keys.length === limit) return keys;
        keys.push(key);
        set.delete(key);
      }
    return keys;
  }

  /** Forgets what was there at the last call already. */
  age(): void {
    this.#older = this.#newer;
    this.#newer = new Set();
  }

  clear(): void {
    this.#older.clear();
    this.#newer.clear();
  }
}

function startsWith(name: Buffer, prefix: Buffer): boolean {
  return name.length >= prefix.length && name.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}
