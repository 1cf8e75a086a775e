import type { KeySummary, SummaryQuery } from '@redis-to-mongo/mongo-sink';
import { codeOf } from '../status/code-of.js';
import { LOADING } from '../status/paced.js';

/** Reads summaries of keys from MongoDB. */
export type ReadSummaries = (query: SummaryQuery) => AsyncIterable<KeySummary>;

/** A reading of what changed takes at most this share of the time, and one of all keys this one. */
const SHARE_OF_CHANGES = 1 / 6;
const SHARE_OF_ALL = 1 / 20;
/** Readings begin at least this far apart, in ms. */
const SPACING_MS = 1_000;
/** Workers' clocks may be this far behind, in ms, and a save this long under way. */
const CLOCK_MARGIN_MS = 60_000;
/** Whoever asks waits this long for a reading under way, in ms; then gets what is there. */
const PATIENCE_MS = 1_000;

/**
 * What MongoDB knows of all keys, in memory: about 300 bytes a key. It is read as a whole at first and now and then
 * (documents can be removed), and in between only what was saved since; the readings are spaced by what they take, so
 * that a slow server is left alone. Nothing is read while nobody asks.
 */
export class KeySnapshot {
  readonly #read: ReadSummaries;
  #keys = new Map<string, KeySummary>();
  #version = 0;
  #reading: Promise<void> | undefined;
  #begun = 0;
  #problem: string | undefined = LOADING;
  #nextAt = 0;
  #nextAllAt = 0;

  constructor(read: ReadSummaries) {
    this.#read = read;
  }

  /** Grows with every reading. */
  get version(): number {
    return this.#version;
  }

  /** The code of why the keys are not as they are now: the first reading is under way, or the last one failed. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get(key: string): KeySummary | undefined {
    return this.#keys.get(key);
  }

  all(): Iterable<KeySummary> {
    return this.#keys.values();
  }

  /** Some keys as they are now. */
  async some(keys: readonly string[]): Promise<Map<string, KeySummary>> {
    const found = new Map<string, KeySummary>();
    if (keys.length > 0) for await (const summary of this.#read({ keys })) found.set(summary.key, summary);
    return found;
  }

  /** Reads anew when it is time, and waits for that, but not for long. Does not throw. */
  async refresh(): Promise<void> {
    if (this.#reading === undefined && Date.now() >= this.#nextAt) {
      this.#reading = this.#readOnce().finally(() => {
        this.#reading = undefined;
      });
    }
    if (this.#reading === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([this.#reading, patience]);
    clearTimeout(timer);
  }

  async #readOnce(): Promise<void> {
    const began = Date.now();
    const readsAll = began >= this.#nextAllAt;
    try {
      const keys = readsAll ? new Map<string, KeySummary>() : this.#keys;
      const query = readsAll ? 'all' : { since: new Date(this.#begun - CLOCK_MARGIN_MS) };
      for await (const summary of this.#read(query)) keys.set(summary.key, summary);
      this.#keys = keys;
      this.#begun = began;
      this.#problem = undefined;
      const took = Date.now() - began;
      if (readsAll) this.#nextAllAt = Date.now() + took / SHARE_OF_ALL;
      this.#nextAt = Math.max(began + SPACING_MS, Date.now() + took / SHARE_OF_CHANGES);
    } catch (error) {
      this.#problem = codeOf(error);
      this.#nextAt = Math.max(began + SPACING_MS, Date.now());
    }
    this.#version += 1;
  }
}
