/** Waits that can be ended early. */
export class WakeUp {
  readonly #ends = new Set<() => void>();

  /** Ends all current waits. */
  wake(): void {
    for (const end of this.#ends) end();
  }

  /** Resolves after this many ms, when woken, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#ends.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      this.#ends.add(end);
    });
  }
}
