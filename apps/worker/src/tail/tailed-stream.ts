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

/** After this long, in ms, a tailed stream is read by a job again, from the state in MongoDB. */
const FRESH_MS = 30_000;

/** One tailed stream: the state after its last write, and the last saved state. */
export class TailedStream implements StreamAt {
  /** By performance.now(), like all times here: that clock is never set. */
  readonly #since = performance.now();
  #changedAt: number;
  #saved: KeyState;
  /** When the first unsaved poll ended, by performance.now(); see isUnsaved. */
  #unsavedSince = 0;
  #saving: Promise<unknown> = Promise.resolve();
  #polling: Promise<SyncReport> | undefined;

  /** @param state the last saved state. */
  constructor(
    readonly claim: Claim,
    private state: KeyState,
  ) {
    this.#saved = state;
    const changedAt = state.lastChangedAt?.getTime() ?? Date.now();
    this.#changedAt = this.#since - Math.max(0, Date.now() - changedAt);
  }

  get key(): string {
    return this.claim.key;
  }

  /** The id of the last entry that was read. */
  get id(): string {
    return String(this.state.position?.entryId ?? BEFORE_FIRST);
  }

  /** Whether a poll is under way. */
  get isPolling(): boolean {
    return this.#polling !== undefined;
  }

  /** Whether there are written entries whose position is not saved. */
  get isUnsaved(): boolean {
    return this.#saved !== this.state;
  }

  /** For how many ms the oldest unsaved poll has waited; 0 if everything is saved. */
  get unsavedMs(): number {
    return this.isUnsaved ? performance.now() - this.#unsavedSince : 0;
  }

  /** Whether it has not changed for a while. @param now as performance.now(). */
  isIdle(now: number): boolean {
    return now - this.#changedAt > IDLE_MS;
  }

  /** Whether a job should read the stream again. */
  isOld(now: number): boolean {
    return now - this.#since > FRESH_MS;
  }

  /**
   * Reads and writes new entries; `save` saves the position.
   * @returns the report, and whether tailing continues. It does not if there are more entries than a poll may
   * take, or none.
   * @throws SyncError as syncOn does.
   */
  async poll(line: Line, isMine: () => Promise<boolean>): Promise<{ report: SyncReport; goesOn: boolean }> {
    try {
      this.#polling = syncOn(line, this.state, new Slice(POLL), isMine);
      const report = await this.#polling;
      const { result, state, lag } = report;
      if (result === 'overtaken') await line.sink.leave(this.#saved);
      if (result !== 'synced' || !state) return { report, goesOn: false };
      if (!this.isUnsaved) this.#unsavedSince = performance.now();
      this.state = state;
      this.#changedAt = performance.now();
      return { report, goesOn: lag === 0 && isSmall(report) };
    } finally {
      this.#polling = undefined;
    }
  }

  /**
   * Saves the position of all polls so far, if it is unsaved.
   * @returns the saved state.
   * @throws SyncError as the sink does; POSITION_MOVED if another process has saved the key.
   */
  async save(sink: Sink): Promise<KeyState | undefined> {
    const saving = this.#saving.catch(() => {}).then(() => this.#saveNow(sink));
    this.#saving = saving;
    return await saving;
  }

  /** Waits for the running poll, if any. */
  async settled(): Promise<void> {
    await this.#polling?.catch(() => {});
  }

  async #saveNow(sink: Sink): Promise<KeyState | undefined> {
    const next = this.state;
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
