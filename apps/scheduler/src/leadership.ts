import type { Lease } from '@redis-to-mongo/job-queue';
import { repeatUntil } from './repeat-until.js';

/** `without lease`: the lease could not be renewed; another one may be active. */
export type LeadershipState = 'active' | 'standby' | 'without lease';

export interface LeadershipOptions<Active extends { close(): Promise<void> }> {
  readonly lease: Lease;
  /** How long the lease lasts without being renewed, in ms. */
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  /** Made when the lease is won, and closed when it is lost. */
  readonly open: () => Active;
  readonly onChange: (state: LeadershipState) => void;
  readonly onError: (error: unknown) => void;
}

/** The most time between two questions for the lease, in ms: one that was given up is to be taken soon, however long it would have lasted. */
const CONFIRM_MS = 3_000;

/** One of all competing processes is active: the holder of the lease. */
export class Leadership<Active extends { close(): Promise<void> }> {
  readonly #options: LeadershipOptions<Active>;
  readonly #ended: Promise<void>;
  #active: Active | undefined;
  #heldAt = 0;
  #state: LeadershipState | undefined;

  constructor(options: LeadershipOptions<Active>) {
    this.#options = options;
    this.#ended = repeatUntil(
      options.signal,
      () => Math.min(CONFIRM_MS, options.leaseMs / 3),
      async () => {
        await this.confirm();
        return undefined;
      },
      async (error) => {
        options.onError(error);
        // The queue's Redis does not answer: the lease holds until its end, then another may have it.
        if (performance.now() - this.#heldAt > options.leaseMs) await this.#stepDown('without lease');
      },
    );
  }

  /** What the active scheduler has opened; `undefined` on a standby. */
  get active(): Active | undefined {
    return this.#active;
  }

  /** Asks for the lease now, and says whether it is ours. */
  async confirm(): Promise<boolean> {
    const { lease, open } = this.#options;
    const askedAt = performance.now();
    if (!(await lease.hold())) {
      await this.#stepDown('standby');
      this.#become('standby');
      return false;
    }
    this.#heldAt = askedAt;
    if (!this.#active && !this.#options.signal.aborted) {
      this.#become('active');
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

  async #stepDown(state: LeadershipState): Promise<void> {
    const active = this.#active;
    if (!active) return;
    this.#active = undefined;
    this.#become(state);
    await active.close();
  }

  #become(state: LeadershipState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onChange(state);
  }
}
