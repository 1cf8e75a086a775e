import type { Heartbeat } from '@redis-to-mongo/job-queue';
import { defined, type SyncError } from '@redis-to-mongo/pipeline';

/** Remembers when it was last known that no sweep is due, or one has ended well, to report it. */
export class SearchRecord {
  #searchedAt: number | undefined;
  #code: string | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  /** Every change until then, by performance.now(), was heard of or found by a sweep, and requested. */
  noteWell(until: number): void {
    this.#searchedAt = until;
    if (until > this.#failedAt) this.#code = undefined;
  }

  /** A sweep, the upkeep, or a request of changed keys failed: heartbeats name the error until one that began later succeeds. */
  noteFailure({ code }: SyncError): void {
    this.#code = code;
    this.#failedAt = performance.now();
  }

  /** Another scheduler is active from now on. */
  clear(): void {
    this.#searchedAt = undefined;
    this.#code = undefined;
  }

  /** What the active scheduler reports about itself. */
  heartbeat(): Heartbeat {
    const searchedMs =
      this.#searchedAt === undefined ? undefined : Math.round(performance.now() - this.#searchedAt);
    return { app: 'scheduler', state: 'active', ...defined({ code: this.#code, searchedMs }) };
  }
}
