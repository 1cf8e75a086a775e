/** Tracks whether changes may have been missed; only a sweep can find these. */
export class MissedChanges {
  #reason = '';
  #at: number | undefined;

  /** @param onNote called when something was missed. */
  constructor(private readonly onNote: () => void = () => {}) {}

  /** Why changes may have been missed; empty if none were. */
  get reason(): string {
    return this.#reason;
  }

  /**
   * Records that changes may have been missed up to now.
   * @param reason for the log and the next sweep's record.
   */
  note(reason: string): void {
    this.#reason = reason;
    this.#at = undefined;
    this.onNote();
  }

  /** Forgets the missed changes, because a sweep that begins now finds them. */
  clear(): void {
    this.#reason = '';
  }

  /**
   * For a standby: forgets the missed changes if another scheduler's sweep that began after them has ended.
   * @param now and beganAt: by the same clock, in ms since 1970.
   */
  settle(now: number, beganAt: number): void {
    if (this.#reason === '') return;
    this.#at ??= now;
    if (beganAt > this.#at) this.clear();
  }
}
