import { WrittenStream } from './written-stream.js';

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

  of(key: string): WrittenStream {
    const stream = this.#streams.get(key) ?? new WrittenStream(key);
    this.#streams.set(key, stream);
    return stream;
  }
}
