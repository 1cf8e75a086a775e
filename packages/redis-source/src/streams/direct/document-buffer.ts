import { Buffer } from 'node:buffer';

/** The documents of one read one behind the other, in a buffer that grows. */
export class DocumentBuffer {
  /** Where each document ends in `bytes`. */
  readonly ends: number[] = [];
  #buffer: Buffer;
  #length = 0;

  /** @param buffer to write into; a larger one takes its place when it is full. */
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

  /** Where the next document begins. */
  get length(): number {
    return this.#length;
  }

  /** The buffer, with room for this many bytes more from `at` on; what is before them stays. */
  reserve(more: number, at = this.#length): Buffer {
    const needed = at + more;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    return this.#buffer;
  }

  /** A document ends here. */
  end(at: number): void {
    this.#length = at;
    this.ends.push(at);
  }
}
