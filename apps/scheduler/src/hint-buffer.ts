/** A key with many hints is told of no more often than this, in ms. */
const GAP_MS = 100;
/** Hints that come together are told of together: how long the first one waits for others, in ms. */
const GATHER_MS = 3;
const RETRY_MS = 1_000;

/** Gathers hints on keys: each key is told of at once, and then at most ten times a second. */
export class HintBuffer {
  readonly #tell: (keys: readonly string[]) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new Set<string>();
  readonly #toldAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(tell: (keys: readonly string[]) => Promise<void>, onError: (error: unknown) => void) {
    this.#tell = tell;
    this.#onError = onError;
  }

  add(key: string): void {
    this.#waiting.add(key);
    this.#flushIn(GATHER_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #flushIn(ms: number): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => void this.#flush(), ms);
  }

  async #flush(): Promise<void> {
    const now = Date.now();
    for (const [key, at] of this.#toldAt) if (now - at >= GAP_MS) this.#toldAt.delete(key);
    const ready = [...this.#waiting].filter((key) => !this.#toldAt.has(key));
    let nextMs = GAP_MS / 2;
    try {
      for (const key of ready) {
        this.#waiting.delete(key);
        this.#toldAt.set(key, now);
      }
      if (ready.length > 0) await this.#tell(ready);
    } catch (error) {
      for (const key of ready) this.#waiting.add(key);
      if (!this.#closed) this.#onError(error);
      nextMs = RETRY_MS;
    }
    this.#timer = undefined;
    if (this.#waiting.size > 0) this.#flushIn(nextMs);
  }
}
