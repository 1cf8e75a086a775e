/** Maximum number of kinds of lines watched for repeats. Further kinds are not folded. */
const MAX_KINDS = 500;

interface Kind {
  repeats: number;
  readonly timer: NodeJS.Timeout;
  readonly report: (repeats: number) => void;
}

/**
 * Folds repeated lines: an outage causes thousands of equal errors, and one line with a count is enough. The
 * first line of a kind is printed. The others within the window are counted, and the count is reported when
 * the window ends.
 */
export class FoldRepeats {
  readonly #kinds = new Map<string, Kind>();

  constructor(private readonly windowMs: number) {}

  /**
   * Whether to print a line of this kind now.
   * @param report called when the window ends, with the number of lines that were not printed, if there were
   * any.
   */
  first(kind: string, report: (repeats: number) => void): boolean {
    const known = this.#kinds.get(kind);
    if (known) {
      known.repeats += 1;
      return false;
    }
    if (this.#kinds.size >= MAX_KINDS) return true;
    const timer = setTimeout(() => this.#end(kind), this.windowMs).unref();
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
