/** One entry as a writer remembers it. */
export interface WrittenEntry {
  readonly id: string;
  /** contentDigest of its fields; every entry's content is its own, so it distinguishes incarnations with the same ids. */
  readonly digest: number;
  /** No document can hold it: it must become a dead letter. */
  readonly tooLarge: boolean;
  /** Trimmed or deleted since, or its stream was. */
  isRemoved: boolean;
}

/** All that was ever written to one stream, by its one writer: every incarnation of it, entry by entry. About 150 bytes an entry. */
export class WrittenStream {
  readonly #incarnations: WrittenEntry[][] = [[]];
  /** The key is in Redis. */
  exists = false;

  constructor(readonly key: string) {}

  /** Oldest first; the last one is the current one. */
  get incarnations(): readonly (readonly WrittenEntry[])[] {
    return this.#incarnations;
  }

  get entries(): number {
    return this.#incarnations.reduce((sum, incarnation) => sum + incarnation.length, 0);
  }

  /** Of the current incarnation, those that Redis must still hold, in order. */
  get held(): readonly WrittenEntry[] {
    return this.#current.filter(({ isRemoved }) => !isRemoved);
  }

  /** The last id of the current incarnation, also of an entry that was removed. */
  get lastId(): string | undefined {
    return this.#current.at(-1)?.id;
  }

  /** Notes an entry that was written. @param tooLarge MongoDB cannot take it: it has to become a dead letter. */
  add(id: string, digest: number, tooLarge = false): void {
    this.#current.push({ id, digest, tooLarge, isRemoved: false });
    this.exists = true;
  }

  /** The stream was deleted: what comes now belongs to its next incarnation. */
  endIncarnation(): void {
    for (const entry of this.#current) entry.isRemoved = true;
    this.#incarnations.push([]);
    this.exists = false;
  }

  get #current(): WrittenEntry[] {
    return this.#incarnations.at(-1) ?? [];
  }
}

/** All that was ever written to streams, by key. */
export class History {
  readonly #streams = new Map<string, WrittenStream>();

  get streams(): ReadonlyMap<string, WrittenStream> {
    return this.#streams;
  }

  /** Entries in all incarnations of all streams. */
  get entries(): number {
    return [...this.#streams.values()].reduce((sum, { entries }) => sum + entries, 0);
  }

  /** What was written to a stream; begins with it at the first call. */
  of(key: string): WrittenStream {
    const stream = this.#streams.get(key) ?? new WrittenStream(key);
    this.#streams.set(key, stream);
    return stream;
  }
}
