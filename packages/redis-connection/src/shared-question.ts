import { setTimeout as sleep } from 'node:timers/promises';

/** A question to a server that many ask at once. Each gets an answer to one that was sent after it came. */
export class SharedQuestion<T> {
  readonly #ask: () => Promise<T>;
  readonly #everyMs: number;
  #next: Promise<T> | undefined;
  #underWay: Promise<unknown> = Promise.resolve();
  #askedAt = Number.NEGATIVE_INFINITY;

  /** @param everyMs between two questions, at least, in ms. */
  constructor(ask: () => Promise<T>, everyMs: number) {
    this.#ask = ask;
    this.#everyMs = everyMs;
  }

  /** @throws what the question throws. */
  async answer(): Promise<T> {
    this.#next ??= this.#askNext();
    return await this.#next;
  }

  async #askNext(): Promise<T> {
    await this.#underWay;
    const waitMs = this.#askedAt + this.#everyMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    this.#next = undefined;
    this.#askedAt = performance.now();
    const answer = this.#ask();
    this.#underWay = answer.catch(() => {});
    return await answer;
  }
}
