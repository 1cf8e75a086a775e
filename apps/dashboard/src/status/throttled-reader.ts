import { isInTime } from '@redis-to-mongo/pipeline';

/** Limits of a throttled reader. */
export interface ThrottleOptions {
  /** Readings begin at least this many ms apart, */
  readonly spacingMs: number;
  /** and take at most one part in this many of the time, unless one alone is slow. */
  readonly share: number;
  /** Anyone who asks waits this many ms for a reading under way; then gets the last one, if there is one. */
  readonly patienceMs: number;
}

/** The code of the error while the first reading is under way. */
export const LOADING = 'KEYS_LOADING';

class Loading extends Error {
  readonly code = LOADING;
}

/** Shares one reading among all callers, and limits how often a slow server is read. Reads only on demand. */
export class ThrottledReader<T> {
  readonly #read: () => Promise<T>;
  readonly #pace: ThrottleOptions;
  #reading: Promise<void> | undefined;
  #last: { readonly value: T } | { readonly error: unknown } | undefined;
  #nextAt = 0;
  #begun = 0;
  #tookBefore = Number.POSITIVE_INFINITY;

  constructor(read: () => Promise<T>, pace: ThrottleOptions) {
    this.#read = read;
    this.#pace = pace;
  }

  /**
   * The newest reading; begins another one when it is time.
   * @throws what the last reading threw; an error with the code KEYS_LOADING before the first one has ended.
   */
  async read(): Promise<T> {
    if (this.#reading === undefined && performance.now() >= this.#nextAt)
      this.#reading = this.#readOnce().finally(() => {
        this.#reading = undefined;
      });
    if (this.#reading !== undefined) await isInTime(this.#reading, this.#pace.patienceMs);
    if (this.#last === undefined) throw new Loading('it is being read for the first time');
    if ('error' in this.#last) throw this.#last.error;
    return this.#last.value;
  }

  /** For how long a reading has been under way, in ms; 0: none is. */
  get underWayMs(): number {
    return this.#reading === undefined ? 0 : performance.now() - this.#begun;
  }

  async #readOnce(): Promise<void> {
    const began = performance.now();
    this.#begun = began;
    try {
      this.#last = { value: await this.#read() };
    } catch (error) {
      this.#last = { error };
    }
    const took = performance.now() - began;
    // A server that was slow once need not be slow: what is shown would be out of date for as long.
    const costs = Math.min(took, this.#tookBefore);
    this.#tookBefore = took;
    this.#nextAt = performance.now() + Math.max(this.#pace.spacingMs - took, (this.#pace.share - 1) * costs);
  }
}

/** Each reading serves all viewers: a sixth of the time at most, and nobody waits for it for longer than this, in ms. */
const PACE = { spacingMs: 1_000, share: 6, patienceMs: 3_000 };
/** What is cached for viewers under different addresses. */
const KEPT = 32;

/** Readings by their addresses: of those who ask for the same, one reads. What nobody has asked for lately is forgotten. */
export class Readings<Value> {
  readonly #kept = new Map<string, ThrottledReader<Value>>();

  /** @throws as ThrottledReader.read. */
  async read(address: string, read: () => Promise<Value>): Promise<Value> {
    return await keptIn(this.#kept, address, () => new ThrottledReader(read, PACE)).read();
  }
}

/** What is kept under a name, made where it is not; what was asked for longest ago goes. */
export function keptIn<T>(all: Map<string, T>, name: string, make: () => T): T {
  const kept = all.get(name) ?? make();
  all.delete(name);
  all.set(name, kept);
  const [oldest] = all.keys();
  if (all.size > KEPT && oldest !== undefined) all.delete(oldest);
  return kept;
}
