/** Kinds of lines that are watched for repeats at once; when there are more, they are printed unfolded. */
const MAX_KINDS = 500;

interface Kind {
  repeats: number;
  readonly timer: NodeJS.Timeout;
  readonly report: (repeats: number) => void;
}

/**
 * Folds lines that repeat: an outage makes thousands of the same error, and one with a count says as much. The first
 * of a kind is printed; the others within the window are counted, and reported once when it ends.
 */
export class FoldRepeats {
  readonly #kinds = new Map<string, Kind>();
  readonly #windowMs: number;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /**
   * Whether a line of this kind is to be printed now.
   * @param report called once, when the window ends, with how many were not printed (at least 1).
   */
  first(kind: string, report: (repeats: number) => void): boolean {
    const known = this.#kinds.get(kind);
    if (known) {
      known.repeats += 1;
      return false;
    }
    if (this.#kinds.size >= MAX_KINDS) return true;
    const timer = setTimeout(() => this.#end(kind), this.#windowMs).unref();
    this.#kinds.set(kind, { repeats: 0, timer, report });
    return true;
  }

  /** Ends all windows now, so that no count is lost. */
  endAll(): void {
    for (const kind of [...this.#kinds.keys()]) this.#end(kind);
  }

  #end(name: string): void {
    const kind = this.#kinds.get(name);
    if (!kind) return;
    clearTimeout(kind.timer);
    this.#kinds.delete(name);
    if (kind.repeats > 0) kind.report(kind.repeats);
  }
}
