/** The smallest buffer there is, in bytes. */
const LEAST = 64 * 1024;

/** Buffers that are used again: fresh ones cost more than what is written into them. */
export class BufferPool {
  readonly #keepBytes: number;
  readonly #free: Buffer[] = [];
  #freeBytes = 0;

  /** @param keepBytes so much is kept for the next, at most. */
  constructor(keepBytes: number) {
    this.#keepBytes = keepBytes;
  }

  /** A buffer of at least this many bytes, with anything in it. */
  take(bytes: number): Buffer {
    const at = this.#free.findIndex(({ length }) => length >= bytes);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    if (!found) return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST))));
    this.#freeBytes -= found.length;
    return found;
  }

  /** Gives a buffer back; nobody may read it anymore. */
  give(buffer: Buffer): void {
    if (this.#freeBytes + buffer.length > this.#keepBytes) return;
    this.#free.push(buffer);
    this.#freeBytes += buffer.length;
  }
}
