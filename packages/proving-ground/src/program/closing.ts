/** What was opened and must be closed, last in first out. */
export class Closing {
  readonly #open: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.#open.push(close);
  }

  /** Closes everything; one that fails does not keep the others from being closed. @returns what failed. */
  async closeAll(): Promise<unknown[]> {
    const failed: unknown[] = [];
    for (let close = this.#open.pop(); close; close = this.#open.pop()) {
      try {
        await close();
      } catch (error) {
        failed.push(error);
      }
    }
    return failed;
  }
}
