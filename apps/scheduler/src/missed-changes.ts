/** Tracks whether changes may have been missed; only a sweep can find these. */
export class MissedChanges {
  readonly #onNote: () => void;
  #reason = '';
  #at: number | undefined;

  /** @param onNote called when something was missed. */
  constructor(onNote: () => void = () => {}) {
    this.#onNote = onNote;
  }

  /** Why changes may have been missed; empty where none were. */
  get reason(): string {
    return this.#reason;
  }

  /** Changes may have been missed up to now. @param reason for the log and the next sweep's record. */
  note(reason: string): void {
    this.#reason = reason;
    this.#at = undefined;
    this.#onNote();
  }

  /** A sweep that begins now finds them. */
  clear(): void {
    this.#reason = '';
  }

  /**
   * For a standby: they are found once another scheduler's sweep has ended that began after they were missed.
   * @param now and beganAt: by one clock, in ms since 1970.
   */
  settle(now: number, beganAt: number): void {
    if (this.#reason === '') return;
    this.#at ??= now;
    if (beganAt > this.#at) this.clear();
  }
}
