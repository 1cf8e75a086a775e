import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A question to a server, shared by concurrent callers. Each caller gets the answer to a question sent after
 * its call.
 */
export class SharedQuestion<T> {
  #next: Promise<T> | undefined;
  #underWay: Promise<unknown> = Promise.resolve();
  #askedAt = Number.NEGATIVE_INFINITY;

  /** @param everyMs minimum time between two questions, in ms. */
  constructor(
    private readonly ask: () => Promise<T>,
    private readonly everyMs: number,
  ) {}

  /** @throws the error of the question. */
  async answer(): Promise<T> {
    this.#next ??= this.#askNext();
    return await this.#next;
  }

  async #askNext(): Promise<T> {
    await this.#underWay;
    const waitMs = this.#askedAt + this.everyMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    this.#next = undefined;
    this.#askedAt = performance.now();
    const answer = this.ask();
    this.#underWay = answer.catch(() => {});
    return await answer;
  }
}
