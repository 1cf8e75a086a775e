import { isDeepStrictEqual } from 'node:util';
import type { ChangesHeard, JobQueue } from '@redis-to-mongo/job-queue';
import { defined } from '@redis-to-mongo/pipeline';
import {
  ChangeFeed,
  type ChangeFeedOptions,
  type FeedState,
  keyPrefixes,
} from '@redis-to-mongo/redis-source';
import { ChangeBuffer, type ChangeBufferOptions } from './change-buffer.js';
import { MissedChanges } from './missed-changes.js';

export interface ChangeIntakeOptions
  extends Pick<ChangeFeedOptions, 'address' | 'redis' | 'onError'>,
    Pick<ChangeBufferOptions, 'ownPrefix' | 'isTailed' | 'onAdd'> {
  readonly queue: Pick<JobQueue, 'sweeps' | 'processes'>;
  /** Called when another scheduler's sweep has found all changes that this standby had missed. */
  readonly onComplete: () => void;
  /** Called when changes may have been missed. */
  readonly onMissed: () => void;
  /** Called when the way changes are reported has changed. */
  readonly onState: (state: FeedState | { readonly is: 'off' }) => void;
  /** Minimum time for which a standby keeps changes, in ms. Default 20 s. */
  readonly keptMs?: number;
}

/** How changes are reported. */
export interface IntakeState {
  readonly is: FeedState['is'] | 'off';
  /** For how many ms this has been so. */
  readonly forMs: number;
  /** Every change up to this time, by performance.now(), was reported; undefined if unknown. */
  readonly heardUntil?: number;
}

/** Selects the changes to receive. It may change at run time. */
export interface Choice {
  readonly isOn: boolean;
  readonly include: readonly string[];
  readonly wanted: (keyId: string) => boolean;
}

const KEPT_MS = 20_000;

/**
 * Receives changes, in the active scheduler and in standbys. A standby that has missed no change can take
 * over without a sweep.
 */
export class ChangeIntake {
  readonly buffer: ChangeBuffer;
  readonly missed: MissedChanges;
  #feed: ChangeFeed | undefined;
  #state: FeedState['is'] | 'off' | undefined;
  #since = performance.now();
  #agedAt = performance.now();

  constructor(
    private readonly options: ChangeIntakeOptions,
    private choice: Choice,
  ) {
    this.missed = new MissedChanges(options.onMissed);
    const { ownPrefix, isTailed, onAdd } = options;
    this.buffer = new ChangeBuffer({
      ...{ ownPrefix, isTailed, onAdd },
      wanted: (key) => this.choice.wanted(key),
      onOverflow: () => this.missed.note('more keys changed than the buffer holds'),
    });
    this.#open();
  }

  /** How changes are reported now, and for how long. */
  get state(): IntakeState {
    return {
      is: this.#state ?? 'off',
      forMs: performance.now() - this.#since,
      ...defined({ heardUntil: this.#feed?.heardUntil }),
    };
  }

  /** How changes are reported now, for pages and metrics. */
  get heard(): ChangesHeard {
    const state = this.#feed?.state;
    if (!state) return { by: 'polling', why: 'CHANGE_FEED is off' };
    if (state.is === 'refused') return { by: 'polling', why: `${state.reason}: ${state.remedy}` };
    return { by: state.is === 'listening' ? 'feed' : 'connecting' };
  }

  /**
   * Changes the keys to receive. A feed that already reports them continues, because a new feed could miss
   * changes.
   */
  async choose(choice: Choice): Promise<void> {
    const { isOn, include } = this.choice;
    this.choice = choice;
    const isSame =
      choice.isOn === isOn && isDeepStrictEqual(keyPrefixes(choice.include), keyPrefixes(include));
    if (isSame) return;
    await this.#feed?.close();
    this.#open();
  }

  /**
   * Runs on a standby about every second: discards changes that the active scheduler reports as requested. If
   * that scheduler is dead or waits for a server, the changes are kept, up to the limit of the buffer.
   */
  async standBy(): Promise<void> {
    const { queue, keptMs = KEPT_MS } = this.options;
    const { sweeps } = queue;
    const agedMs = performance.now() - this.#agedAt;
    if (agedMs > keptMs && (await this.#requestedMs()) < agedMs) {
      this.#agedAt = performance.now();
      this.buffer.age();
    }
    if (this.missed.reason === '') return;
    const [record, now] = await Promise.all([sweeps.read(), sweeps.now()]);
    this.missed.settle(now, record?.beganAt ?? 0);
    if (this.missed.reason === '') this.options.onComplete();
  }

  /** Closes the feed. Buffered changes stay. */
  async close(): Promise<void> {
    await this.#feed?.close();
  }

  /** How many ms ago the active scheduler had requested every change. */
  async #requestedMs(): Promise<number> {
    const processes = await this.options.queue.processes();
    const times = processes.flatMap(({ app, state, is, searchedMs }) =>
      app === 'scheduler' && state === 'active' && is === 'alive' ? (searchedMs ?? []) : [],
    );
    return Math.min(...times);
  }

  #open(): void {
    const { isOn, include } = this.choice;
    const { address, redis, onError } = this.options;
    this.#feed = undefined; // the new one reports its state before it is here
    this.#feed = isOn
      ? new ChangeFeed({
          ...{ address, redis, onError },
          prefixes: keyPrefixes(include),
          onChange: (names) => this.buffer.add(names),
          onMissed: (reason) => this.missed.note(reason),
          onState: () => this.#feed && this.#readState(),
        })
      : undefined;
    this.#readState();
  }

  #readState(): void {
    const state = this.#feed?.state ?? ({ is: 'off' } as const);
    if (state.is === this.#state) return;
    this.#state = state.is;
    this.#since = performance.now();
    this.options.onState(state);
  }
}
