import type { Claim } from '@redis-to-mongo/job-queue';
import {
  BEFORE_FIRST,
  isOvertaken,
  type KeyState,
  type Line,
  type Sink,
  Slice,
  type SyncReport,
  syncOn,
} from '@redis-to-mongo/pipeline';
import type { StreamAt } from '@redis-to-mongo/redis-source';
import { IDLE_MS, isSmall, POLL } from './worth-tailing.js';

/** A stream that was tailed for this long, in ms, is read by a job again, from what MongoDB holds. */
const FRESH_MS = 30_000;

/** One tailed stream: the state after its last write, and the last saved state. */
export class TailedStream implements StreamAt {
  readonly claim: Claim;
  /** In ms by a clock that nobody sets, as all times here. */
  readonly #since = performance.now();
  #changedAt: number;
  #state: KeyState;
  #saved: KeyState;
  /** When the first poll ended whose result is not saved, by performance.now(); see isUnsaved. */
  #unsavedSince = 0;
  #saving: Promise<unknown> = Promise.resolve();
  #polling: Promise<SyncReport> | undefined;

  /** @param state as it was saved last. */
  constructor(claim: Claim, state: KeyState) {
    this.claim = claim;
    this.#state = state;
    this.#saved = state;
    const changedAt = state.lastChangedAt?.getTime() ?? Date.now();
    this.#changedAt = this.#since - Math.max(0, Date.now() - changedAt);
  }

  get key(): string {
    return this.claim.key;
  }

  /** The last entry that was read. */
  get id(): string {
    return String(this.#state.position?.entryId ?? BEFORE_FIRST);
  }

  /** Whether a poll is under way. */
  get isPolling(): boolean {
    return this.#polling !== undefined;
  }

  /** Whether entries were written whose position is not saved. */
  get isUnsaved(): boolean {
    return this.#saved !== this.#state;
  }

  /** How long the first of what is not saved has waited for it, in ms; 0 where all is saved. */
  get unsavedMs(): number {
    return this.isUnsaved ? performance.now() - this.#unsavedSince : 0;
  }

  /** Whether it has not changed for a while. @param now as performance.now(). */
  isIdle(now: number): boolean {
    return now - this.#changedAt > IDLE_MS;
  }

  /** Whether a job has to read it again. */
  isOld(now: number): boolean {
    return now - this.#since > FRESH_MS;
  }

  /**
   * Reads what is new and writes it; the position is left to `save`.
   * @returns the report, and whether tailing continues: not where there is more than one poll is for, or nothing at all.
   * @throws SyncError as syncOn does.
   */
  async poll(line: Line, isMine: () => Promise<boolean>): Promise<{ report: SyncReport; goesOn: boolean }> {
    try {
      this.#polling = syncOn(line, this.#state, new Slice(POLL), isMine);
      const report = await this.#polling;
      const { result, state, lag } = report;
      if (result === 'overtaken') await line.sink.leave(this.#saved);
      if (result !== 'synced' || !state) return { report, goesOn: false };
      if (!this.isUnsaved) this.#unsavedSince = performance.now();
      this.#state = state;
      this.#changedAt = performance.now();
      return { report, goesOn: lag === 0 && isSmall(report) };
    } finally {
      this.#polling = undefined;
    }
  }

  /**
   * Saves what the polls until now came to, if anything.
   * @returns the state that was saved.
   * @throws SyncError as the sink does; POSITION_MOVED when someone else has saved the key.
   */
  async save(sink: Sink): Promise<KeyState | undefined> {
    const saving = this.#saving.catch(() => {}).then(() => this.#saveNow(sink));
    this.#saving = saving;
    return await saving;
  }

  /** Resolves when no poll is under way anymore. */
  async settled(): Promise<void> {
    await this.#polling?.catch(() => {});
  }

  async #saveNow(sink: Sink): Promise<KeyState | undefined> {
    const next = this.#state;
    if (next === this.#saved) return undefined;
    const beganAt = performance.now();
    try {
      await sink.save(this.#saved, next);
    } catch (error) {
      if (isOvertaken(error)) await this.settled().then(() => sink.leave(this.#saved));
      throw error;
    }
    this.#saved = next;
    this.#unsavedSince = beganAt;
    return next;
  }
}
