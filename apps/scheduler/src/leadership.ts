import type { Lease } from '@redis-to-mongo/job-queue';
import { repeatUntil } from './repeat-until.js';

export interface LeadershipOptions<Active extends { close(): Promise<void> }> {
  readonly lease: Lease;
  /** How long the lease lasts without being renewed, in ms. */
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  /** Made when the lease is won, and closed when it is lost. */
  readonly open: () => Active;
  readonly onChange: (isActive: boolean) => void;
  readonly onError: (error: unknown) => void;
}

/** One of all competing processes is active: the holder of the lease. */
export class Leadership<Active extends { close(): Promise<void> }> {
  readonly #options: LeadershipOptions<Active>;
  readonly #ended: Promise<void>;
  #active: Active | undefined;
  #heldAt = 0;
  #isStandby = false;

  constructor(options: LeadershipOptions<Active>) {
    this.#options = options;
    this.#ended = repeatUntil(
      options.signal,
      () => options.leaseMs / 3,
      async () => {
        await this.confirm();
        return undefined;
      },
      async (error) => {
        options.onError(error);
        // The queue's Redis does not answer: the lease holds until its end, then another may have it.
        if (performance.now() - this.#heldAt > options.leaseMs) await this.#stepDown();
      },
    );
  }

  /** What the active scheduler has opened; `undefined` on a standby. */
  get active(): Active | undefined {
    return this.#active;
  }

  /** Asks for the lease now, and says whether it is ours. */
  async confirm(): Promise<boolean> {
    const { lease, open, onChange } = this.#options;
    const askedAt = performance.now();
    if (!(await lease.hold())) {
      await this.#stepDown();
      this.#standBy();
      return false;
    }
    this.#isStandby = false;
    this.#heldAt = askedAt;
    if (!this.#active && !this.#options.signal.aborted) {
      onChange(true);
      this.#active = open();
    }
    return true;
  }

  /** Closes what was opened, and opens it again, while the lease is ours. */
  async reopen(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    this.#active = undefined;
    await active.close();
    if (!this.#options.signal.aborted) this.#active ??= this.#options.open();
  }

  /** Waits for the loop to end, and closes what the active scheduler has opened. */
  async close(): Promise<void> {
    await this.#ended;
    const active = this.#active;
    this.#active = undefined;
    await active?.close();
  }

  async #stepDown(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    this.#active = undefined;
    this.#standBy();
    await active.close();
  }

  /** Tells once that another one is active. */
  #standBy(): void {
    if (this.#isStandby) return;
    this.#isStandby = true;
    this.#options.onChange(false);
  }
}
