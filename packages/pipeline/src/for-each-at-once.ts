/**
 * Runs the work for all items, at most `atOnce` in parallel, and resolves when all are done. After an error,
 * no further item is begun. Items in progress end, then the error is thrown.
 */
export async function forEachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const next = async () => {
    for (let item = queue.next(); !item.done && !failed; item = queue.next())
      await work(item.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, next));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

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
