/** Runs functions one after the other, in order. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the work after all earlier work has ended or failed. @throws the error of the work. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return await mine;
  }
}
