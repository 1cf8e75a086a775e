/** Takes the bytes of one answer as they arrive. */
export interface RawReply {
  /** Takes what it can of `bytes` from `from` on, and shows where the rest begins. Throws when it can't read them. */
  take(bytes: Buffer, from: number): number;
  /** Nothing more belongs to it. */
  readonly isComplete: boolean;
  /** Of the bytes it left, this many must be there until it can take more. */
  readonly need: number;
}

interface Awaited {
  readonly reply: RawReply;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Answers that are awaited on one connection, in order, and what has arrived of the first of them. */
export class RawReplies {
  readonly #awaited: Awaited[] = [];
  /** What the first answer has left of what arrived. */
  #rest: Buffer[] = [];
  #restBytes = 0;

  get isEmpty(): boolean {
    return this.#awaited.length === 0;
  }

  /** Resolves once the answer has arrived as a whole, rejects when it can't be read, or as `lose` says. */
  async next(reply: RawReply): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#awaited.push({ reply, resolve, reject });
    });
  }

  /**
   * Hands on what arrived. Bytes that an answer can't use yet wait until it has what it needs, and are put together once.
   * @throws what an answer threw, which rejects it too: what follows is unknown apart then.
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
