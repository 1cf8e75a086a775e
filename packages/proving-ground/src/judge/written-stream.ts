/** An entry in the writer's record. */
export interface WrittenEntry {
  readonly id: string;
  /**
   * contentDigest of its fields. Each entry has different content, so it distinguishes
   * incarnations with the same ids.
   */
  readonly digest: number;
  /** Whether it exceeds the size of a document, and so must become a dead letter. */
  readonly tooLarge: boolean;
  /** Whether the entry was trimmed or deleted, or its stream was deleted. */
  isRemoved: boolean;
}

/**
 * Everything that one writer wrote to one stream: each entry of each incarnation.
 * Takes about 150 bytes per entry.
 */
export class WrittenStream {
  readonly #incarnations: WrittenEntry[][] = [[]];
  /** Whether the key is in Redis. */
  exists = false;

  constructor(readonly key: string) {}

  /** Oldest first; the last one is the current one. */
  get incarnations(): readonly (readonly WrittenEntry[])[] {
    return this.#incarnations;
  }

  get entries(): number {
    return this.#incarnations.reduce((sum, incarnation) => sum + incarnation.length, 0);
  }

  /** Entries of the current incarnation that Redis must still hold, in order. */
  get held(): readonly WrittenEntry[] {
    return this.#current.filter(({ isRemoved }) => !isRemoved);
  }

  /** The last id of the current incarnation, even if its entry was removed. */
  get lastId(): string | undefined {
    return this.#current.at(-1)?.id;
  }

  /**
   * Records a written entry.
   * @param tooLarge whether MongoDB cannot hold it, so it must become a dead letter.
   */
  add(id: string, digest: number, tooLarge = false): void {
    this.#current.push({ id, digest, tooLarge, isRemoved: false });
    this.exists = true;
  }

  /** Records that the stream was deleted. Later entries belong to its next incarnation. */
  endIncarnation(): void {
    for (const entry of this.#current) entry.isRemoved = true;
    this.#incarnations.push([]);
    this.exists = false;
  }

  get #current(): WrittenEntry[] {
    return this.#incarnations.at(-1) ?? [];
  }
}

/** Everything that was written to streams, by key. */
export class History {
  readonly #streams = new Map<string, WrittenStream>();

  get streams(): ReadonlyMap<string, WrittenStream> {
    return this.#streams;
  }

  /** Entries in all incarnations of all streams. */
  get entries(): number {
    return [...this.#streams.values()].reduce((sum, { entries }) => sum + entries, 0);
  }

  /** The record of a stream; created at the first call. */
  of(key: string): WrittenStream {
    const stream = this.#streams.get(key) ?? new WrittenStream(key);
    this.#streams.set(key, stream);
    return stream;
  }
}
