/** One entry as the ledger remembers it: its id in Redis, and the fingerprint of its content (contentDigest). */
export interface LedgerEntry {
  readonly id: string;
  readonly digest: number;
}

class Life {
  readonly #ids: string[] = [];
  readonly #digests: number[] = [];

  get length(): number {
    return this.#ids.length;
  }

  add(id: string, digest: number): void {
    this.#ids.push(id);
    this.#digests.push(digest);
  }

  *entries(): Generator<LedgerEntry> {
    for (const [i, id] of this.#ids.entries()) yield { id, digest: this.#digests[i] ?? -1 };
  }
}

/**
 * What a generator wrote: the entries of each stream, by life, in stream order. It takes about 50 bytes an entry, so
 * that what Redis has forgotten can still be looked for in MongoDB.
 */
export class Ledger {
  readonly #lives = new Map<string, Life[]>();
  #messages = 0;

  /** Entries in all lives of all streams. */
  get messages(): number {
    return this.#messages;
  }

  /** The streams written so far. */
  get streams(): Iterable<string> {
    return this.#lives.keys();
  }

  /** Adds an entry to the stream's current life. */
  add(stream: string, id: string, digest: number): void {
    let lives = this.#lives.get(stream);
    if (!lives) {
      lives = [new Life()];
      this.#lives.set(stream, lives);
    }
    lives.at(-1)?.add(id, digest);
    this.#messages += 1;
  }

  /** The stream was deleted: what comes now belongs to its next life. */
  endLife(stream: string): void {
    this.#lives.get(stream)?.push(new Life());
  }

  /** Entries in all lives of a stream. */
  count(stream: string): number {
    return (this.#lives.get(stream) ?? []).reduce((sum, life) => sum + life.length, 0);
  }

  /** The lives of a stream, the oldest first; the last one is the current one. */
  lives(stream: string): Iterable<LedgerEntry>[] {
    return (this.#lives.get(stream) ?? []).map((life) => ({ [Symbol.iterator]: () => life.entries() }));
  }
}
