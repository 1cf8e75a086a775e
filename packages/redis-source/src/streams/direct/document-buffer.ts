import { Buffer } from 'node:buffer';

/** The documents of one read, one after the other, in a buffer that grows. */
export class DocumentBuffer {
  /** The index in `bytes` after each document. */
  readonly ends: number[] = [];
  #buffer: Buffer;
  #length = 0;

  /** @param buffer to write into; when it is full, a larger one replaces it. */
  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** The documents written so far. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** The whole buffer, to be used again. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** The index where the next document begins. */
  get length(): number {
    return this.#length;
  }

  /** Returns the buffer, with room for `more` bytes from index `at` on. The bytes before `at` stay. */
  reserve(more: number, at = this.#length): Buffer {
    const needed = at + more;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    return this.#buffer;
  }

  /** Marks the end of a document. */
  end(at: number): void {
    this.#length = at;
    this.ends.push(at);
  }
}
