import type { Heartbeat } from '@redis-to-mongo/job-queue';
import { defined, type SyncError } from '@redis-to-mongo/pipeline';

/** Remembers for heartbeats when last every change had been found and requested. */
export class SearchRecord {
  #searchedAt: number | undefined;
  #code: string | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  /**
   * Records that every change up to this time, by performance.now(), was reported or found by a sweep, and
   * requested; negative infinity if no such time is known yet.
   */
  noteWell(until: number): void {
    this.#searchedAt = Number.isFinite(until) ? until : undefined;
    if (until > this.#failedAt) this.#code = undefined;
  }

  /**
   * Records that a sweep, the upkeep, or a request of changed keys failed. Heartbeats report the error until
   * work that began later succeeds.
   */
  noteFailure({ code }: SyncError): void {
    this.#code = code;
    this.#failedAt = performance.now();
  }

  /** Forgets everything, because another scheduler is active from now on. */
  clear(): void {
    this.#searchedAt = undefined;
    this.#code = undefined;
  }

  /** The active scheduler's heartbeat. */
  heartbeat(): Heartbeat {
    const searchedMs =
      this.#searchedAt === undefined ? undefined : Math.round(performance.now() - this.#searchedAt);
    return { app: 'scheduler', state: 'active', ...defined({ code: this.#code, searchedMs }) };
  }
}
