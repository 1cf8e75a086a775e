import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeBuffer } from './change-buffer.js';

export interface ChangeRequestsOptions {
  readonly buffer: Pick<ChangeBuffer, 'take' | 'addKeys' | 'size' | 'since'>;
  /** Leaves out keys that need no sync. */
  readonly choose: (keys: readonly string[]) => Promise<readonly string[]>;
  /**
   * Requests keys.
   * @param ageMs ms since the first of their changes was reported.
   * @returns the keys that a worker tails; that worker sees their changes.
   */
  readonly request: (keys: readonly string[], ageMs: number) => Promise<ReadonlySet<string>>;
  readonly onError: (error: unknown) => void;
}

/** Keys per step. */
const AT_ONCE = 1_000;
/**
 * A first change waits FIRST_MS for others that came with it. While changes keep coming, steps are NEXT_MS
 * apart, or MANY.ms after a step with many keys.
 */
const FIRST_MS = 2;
const NEXT_MS = 10;
const MANY = { keys: 100, ms: 50 } as const;
const AFTER_ERROR_MS = 500;
/** A tailed key is not requested again for this long, in ms. */
const TAILED_MS = 500;

/** Requests the keys in a buffer while this scheduler is active. */
export class ChangeRequests {
  /** Keys that a worker tails: until when they rest, and whether they have changed meanwhile. */
  readonly #tailed = new Map<string, { untilMs: number; changed: boolean }>();
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stepEndedAt = Number.NEGATIVE_INFINITY;
  #lastCount = 0;
  /** When the first of the changes that are being requested was reported. */
  #underWaySince: number | undefined;
  #closed = false;

  constructor(private readonly options: ChangeRequestsOptions) {}

  /** The time, by performance.now(), up to which every change has been requested. */
  get requestedUntil(): number {
    const { since } = this.options.buffer;
    return Math.min(this.#underWaySince ?? Number.POSITIVE_INFINITY, since ?? performance.now());
  }

  /** Whether a changed key rests, because a worker tails it. It is requested again after the rest. */
  isTailed(key: string): boolean {
    const tailed = this.#tailed.get(key);
    if (tailed) tailed.changed = true;
    return tailed !== undefined;
  }

  /** Reports that the buffer has changes. */
  notify(): void {
    if (this.#closed || this.#running) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.options.buffer.size > 0) this.notify();
    });
  }

  /** Waits for the running step. Changes that were not requested return to the buffer. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    this.options.buffer.addKeys([...this.#tailed].flatMap(([key, { changed }]) => (changed ? [key] : [])));
  }

  async #run(): Promise<void> {
    const { buffer, onError } = this.options;
    while (!this.#closed && buffer.size > 0) {
      const isFirst = performance.now() - this.#stepEndedAt > NEXT_MS;
      await sleep(isFirst ? FIRST_MS : this.#lastCount > MANY.keys ? MANY.ms : NEXT_MS);
      const { keys, since } = buffer.take(AT_ONCE);
      this.#underWaySince = since;
      try {
        await this.#step(
          keys.filter((key) => !this.isTailed(key)),
          since,
        );
        this.#underWaySince = undefined;
      } catch (error) {
        buffer.addKeys(keys, since);
        this.#underWaySince = undefined;
        if (this.#closed) return;
        onError(error);
        await sleep(AFTER_ERROR_MS);
      }
      this.#lastCount = keys.length;
      this.#stepEndedAt = performance.now();
    }
  }

  async #step(keys: readonly string[], since: number): Promise<void> {
    if (keys.length === 0) return;
    const chosen = await this.options.choose(keys);
    if (chosen.length === 0) return;
    const untilMs = performance.now() + TAILED_MS;
    const ageMs = Math.max(0, performance.now() - since);
    for (const key of await this.options.request(chosen, ageMs))
      this.#tailed.set(key, { untilMs, changed: false });
    if (this.#tailed.size > 0) this.#timer ??= setTimeout(() => this.#requeueTailed(), TAILED_MS / 4);
  }

  #requeueTailed(): void {
    this.#timer = undefined;
    const now = performance.now();
    const changed: string[] = [];
    for (const [key, tailed] of this.#tailed) {
      if (tailed.untilMs > now) continue;
      this.#tailed.delete(key);
      if (tailed.changed) changed.push(key);
    }
    this.options.buffer.addKeys(changed);
    if (this.#tailed.size > 0 && !this.#closed)
      this.#timer ??= setTimeout(() => this.#requeueTailed(), TAILED_MS / 4);
  }
}
