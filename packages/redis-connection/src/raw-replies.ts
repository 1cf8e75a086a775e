/** Parses the bytes of one answer as they arrive. */
export interface RawReply {
  /** Parses what it can of `bytes` from `from` on, and returns where the rest begins. Throws if it can't read them. */
  take(bytes: Buffer, from: number): number;
  /** The answer is complete. */
  readonly isComplete: boolean;
  /** It can continue once this many of the bytes that it left are there. */
  readonly need: number;
}

interface Awaited {
  readonly reply: RawReply;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The awaited answers of one connection, in order, and what has arrived of the first one. */
export class RawReplies {
  readonly #awaited: Awaited[] = [];
  /** The bytes that the first answer has left. */
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
   * Passes on what arrived. Bytes that an answer can't use yet wait until enough are there, and are joined once.
   * @throws the error of an answer, which rejects it, too: the boundary of the next answer is then unknown.
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

  /** There will be no more answers. */
  lose(error: Error): void {
    this.#keep(undefined);
    for (const { reject } of this.#awaited.splice(0)) reject(error);
  }

  #keep(rest: Buffer | undefined): void {
    this.#rest = rest ? [rest] : [];
    this.#restBytes = rest?.length ?? 0;
  }
}
