import type { Heartbeat } from '@redis-to-mongo/job-queue';
import { SyncError } from '@redis-to-mongo/pipeline';

/** Remembers how the searches for keys end, to tell of it. */
export class SearchRecord {
  #searchedAt: number | undefined;
  #everyMs = 0;
  #code: string | undefined;

  /** A search has ended well, or has failed. */
  note(end: { readonly everyMs: number } | { readonly error: unknown }): void {
    if ('error' in end) {
      this.#code = end.error instanceof SyncError ? end.error.code : 'UNEXPECTED';
      return;
    }
    this.#searchedAt = performance.now();
    this.#everyMs = end.everyMs;
    this.#code = undefined;
  }

  /** Another scheduler is in charge from now on. */
  clear(): void {
    this.#searchedAt = undefined;
    this.#code = undefined;
  }

  /** What the scheduler in charge tells of itself. */
  heartbeat(): Heartbeat {
    return {
      app: 'scheduler',
      state: 'active',
      ...(this.#code === undefined ? {} : { code: this.#code }),
      ...(this.#searchedAt === undefined
        ? {}
        : { searchedMs: Math.round(performance.now() - this.#searchedAt), searchEveryMs: this.#everyMs }),
    };
  }
}
