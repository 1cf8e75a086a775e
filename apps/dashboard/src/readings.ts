import { ThrottledReader } from './status/throttled-reader.js';

/** Each reading serves all viewers: a sixth of the time at most, and nobody waits for it for longer than this, in ms. */
const PACE = { spacingMs: 1_000, share: 6, patienceMs: 3_000 };
/** Readings that are cached for their viewers. */
const KEPT = 32;

/** Readings by their addresses: of those who ask for the same, one reads. What nobody has asked for lately is forgotten. */
export class Readings<Value> {
  /** The one asked for last comes last. */
  readonly #kept = new Map<string, ThrottledReader<Value>>();

  /** @throws as ThrottledReader.read. */
  async read(address: string, read: () => Promise<Value>): Promise<Value> {
    const paced = this.#kept.get(address) ?? new ThrottledReader(read, PACE);
    this.#kept.delete(address);
    this.#kept.set(address, paced);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return await paced.read();
  }
}
