/** Runs functions one after the other, in order. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the work once all that was given before has ended, well or not. @throws what the work throws. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return await mine;
  }
}
