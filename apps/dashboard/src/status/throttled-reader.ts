import { isInTime } from '@redis-to-mongo/pipeline';

/** Limits of a throttled reader. */
export interface ThrottleOptions {
  /** The minimum time between the starts of two readings, in ms. */
  readonly spacingMs: number;
  /** Readings take at most 1/share of the time, unless only one of them is slow. */
  readonly share: number;
  /** A caller waits this many ms for a reading under way, then gets the last one, if there is one. */
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
  #reading: Promise<void> | undefined;
  #last: { readonly value: T } | { readonly error: unknown } | undefined;
  #nextAt = 0;
  #begun = 0;
  #tookBefore = Number.POSITIVE_INFINITY;

  /**
   * @param hasFailed whether a reading waited for a server that did not answer. Such readings take up to half of the
   * time, because waiting costs the server little, and the next reading must not come late once it answers.
   */
  constructor(
    read: () => Promise<T>,
    private readonly pace: ThrottleOptions,
    private readonly hasFailed: (value: T) => boolean = () => false,
  ) {
    this.#read = read;
  }

  /**
   * The newest reading. Begins another one if it is due.
   * @throws the error of the last reading; an error with the code KEYS_LOADING before the first one has ended.
   */
  async read(): Promise<T> {
    if (this.#reading === undefined && performance.now() >= this.#nextAt)
      this.#reading = this.#readOnce().finally(() => {
        this.#reading = undefined;
      });
    if (this.#reading !== undefined) await isInTime(this.#reading, this.pace.patienceMs);
    if (this.#last === undefined) throw new Loading('it is being read for the first time');
    if ('error' in this.#last) throw this.#last.error;
    return this.#last.value;
  }

  /** How long the current reading has been under way, in ms; 0 if there is none. */
  get underWayMs(): number {
    return this.#reading === undefined ? 0 : performance.now() - this.#begun;
  }

  async #readOnce(): Promise<void> {
    const began = performance.now();
    this.#begun = began;
    let { share } = this.pace;
    try {
      const value = await this.#read();
      this.#last = { value };
      if (this.hasFailed(value)) share = Math.min(share, 2);
    } catch (error) {
      this.#last = { error };
    }
    const took = performance.now() - began;
    // One slow reading does not count: otherwise the data would stay old after a server was slow only once.
    const costs = Math.min(took, this.#tookBefore);
    this.#tookBefore = took;
    this.#nextAt = performance.now() + Math.max(this.pace.spacingMs - took, (share - 1) * costs);
  }
}

/** Each reading serves all viewers. Readings take at most a sixth of the time, and a caller waits at most 3 s. */
export const PACE = { spacingMs: 1_000, share: 6, patienceMs: 3_000 };
/** Number of addresses whose readings are cached. */
const KEPT = 32;

/** Readings by address. Callers with the same address share one reading. The least recently used reading is dropped. */
export class Readings<Value> {
  readonly #kept = new Map<string, ThrottledReader<Value>>();

  /** @throws as ThrottledReader.read. */
  async read(address: string, read: () => Promise<Value>): Promise<Value> {
    return await keptIn(this.#kept, address, () => new ThrottledReader(read, PACE)).read();
  }
}

/** The item with this name, created if missing. The least recently used item is dropped if there are too many. */
export function keptIn<T>(all: Map<string, T>, name: string, make: () => T): T {
  const kept = all.get(name) ?? make();
  all.delete(name);
  all.set(name, kept);
  const [oldest] = all.keys();
  if (all.size > KEPT && oldest !== undefined) all.delete(oldest);
  return kept;
}
