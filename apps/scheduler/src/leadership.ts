import type { Lease } from '@redis-to-mongo/job-queue';
import { repeatUntil } from './repeat-until.js';

/** `without lease`: the lease could not be renewed. Another process may be active. */
export type LeadershipState = 'active' | 'standby' | 'without lease';

export interface LeadershipOptions<Active extends { close(): Promise<void> }> {
  readonly lease: Pick<Lease, 'hold'>;
  /** How long the lease lasts if it is not renewed, in ms. */
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  /** Called when the lease is won. The result is closed when the lease is lost. */
  readonly open: () => Active;
  readonly onChange: (state: LeadershipState) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Maximum time between two attempts to take or renew the lease, in ms. A released lease is taken soon,
 * however long it would have lasted.
 */
const CONFIRM_MS = 3_000;

/** Makes one of several competing processes active: the holder of the lease. */
export class Leadership<Active extends { close(): Promise<void> }> {
  readonly #ended: Promise<void>;
  #active: Active | undefined;
  #heldAt = 0;
  #state: LeadershipState | undefined;

  constructor(private readonly options: LeadershipOptions<Active>) {
    this.#ended = repeatUntil(
      options.signal,
      () => Math.min(CONFIRM_MS, options.leaseMs / 3),
      async () => {
        await this.confirm();
        return undefined;
      },
      async (error) => {
        options.onError(error);
        // The queue's Redis does not answer. The lease lasts until its end; then another process may hold it.
        if (performance.now() - this.#heldAt > options.leaseMs) await this.#stepDown('without lease');
      },
    );
  }

  /** The result of `open`; `undefined` on a standby. */
  get active(): Active | undefined {
    return this.#active;
  }

  /** Takes or renews the lease now. @returns whether this process holds it. */
  async confirm(): Promise<boolean> {
    const { lease, open } = this.options;
    const askedAt = performance.now();
    if (!(await lease.hold())) {
      await this.#stepDown('standby');
      this.#become('standby');
      return false;
    }
    this.#heldAt = askedAt;
    if (!this.#active && !this.options.signal.aborted) {
      this.#become('active');
      this.#active = open();
    }
    return true;
  }

  /**
   * Closes the result of `open`, and opens a new one if this process still holds the lease: closing may take
   * longer than the lease lasts.
   * @throws as the lease, if that is not known. The next attempt follows as usual.
   */
  async reopen(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    this.#active = undefined;
    await active.close();
    if (!this.options.signal.aborted) await this.confirm();
  }

  /** Waits for the loop to end, and closes the result of `open`. */
  async close(): Promise<void> {
    await this.#ended;
    const active = this.#active;
    this.#active = undefined;
    await active?.close();
  }

  async #stepDown(state: LeadershipState): Promise<void> {
    if (this.#state !== 'active') return;
    const active = this.#active;
    this.#active = undefined;
    this.#become(state);
    await active?.close();
  }

  #become(state: LeadershipState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.options.onChange(state);
  }
}
