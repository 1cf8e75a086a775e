/** Parses the bytes of one answer as they arrive. */
export interface RawReply {
  /**
   * Parses as much of `bytes` as it can, from index `from`, and returns the index where it stopped. Throws if
   * it can't read them.
   */
  take(bytes: Buffer, from: number): number;
  /** The answer is complete. */
  readonly isComplete: boolean;
  /** Number of bytes, from where it stopped, that it needs in order to continue. */
  readonly need: number;
}

interface Awaited {
  readonly reply: RawReply;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The awaited answers of one connection, in order, and the unparsed bytes of the first one. */
export class RawReplies {
  readonly #awaited: Awaited[] = [];
  /** Bytes that the first answer could not use yet. */
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** Whether no answer is awaited. */
  get isEmpty(): boolean {
    return this.#awaited.length === 0;
  }

  /** Resolves once the whole answer has arrived. Rejects if it can't be read, or with the error of `lose`. */
  async next(reply: RawReply): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#awaited.push({ reply, resolve, reject });
    });
  }

  /**
   * Passes received bytes to the awaited answers. Bytes that an answer can't use yet are kept until it has
   * enough, and are joined once.
   * @throws the error of an answer, which is rejected with it, too. The boundary of the next answer is then
   * unknown.
   */
  arrive(arrived: Buffer): void {
    let bytes = arrived;
    if (this.#restBytes > 0) {
      this.#rest.push(arrived);
      this.#restBytes += arrived.length;
      if (this.#restBytes < (this.#awaited[0]?.reply.need ?? 0)) return;
      bytes = Buffer.concat(this.#rest, this.#restBytes);
      this.#keep(undefined);
    }
    let at = 0;
    while (at < bytes.length) {
      const first = this.#awaited[0];
      if (!first) throw new Error('Redis answered what was not asked');
      try {
        at = first.reply.take(bytes, at);
      } catch (error) {
        this.#awaited.shift();
        first.reject(error);
        throw error;
      }
      if (!first.reply.isComplete) {
        if (at < bytes.length) this.#keep(bytes.subarray(at));
        return;
      }
      this.#awaited.shift();
      first.resolve();
    }
  }

  /** Rejects all awaited answers: no more will arrive. */
  lose(error: Error): void {
    this.#keep(undefined);
    for (const { reject } of this.#awaited.splice(0)) reject(error);
  }

  #keep(rest: Buffer | undefined): void {
    this.#rest = rest ? [rest] : [];
    this.#restBytes = rest?.length ?? 0;
  }
}
