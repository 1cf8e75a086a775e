import type { Heartbeat } from '@redis-to-mongo/job-queue';
import { asSyncError, type RetryOptions, type SyncError } from '@redis-to-mongo/pipeline';

/** A failed job is retried within this time, in ms, by this worker or another one. */
const JOB_WITHIN_MS = 35_000;

/** Tracks the transient error that this worker is retrying, for its heartbeats. */
export class Retries {
  #underWay = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #trouble: { readonly error: SyncError; readonly since: number } | undefined;

  /** Records retries of commands. */
  readonly options: Required<Pick<RetryOptions, 'onRetry' | 'onEnd'>> = {
    onRetry: (error, attempt) => {
      if (attempt === 1) this.#underWay++;
      this.#note(asSyncError(error));
    },
    onEnd: () => {
      this.#underWay--;
    },
  };

  /** Reports that a job failed with an error of class `transient`. */
  failed(error: SyncError): void {
    this.#failedAt = performance.now();
    this.#note(error);
  }

  /** Reports that work succeeded: the trouble is over, unless a command is still being retried. */
  done(): void {
    if (this.#underWay === 0) this.#trouble = undefined;
  }

  get heartbeat(): Pick<Heartbeat, 'retrying'> {
    const isAtIt = this.#underWay > 0 || performance.now() - this.#failedAt < JOB_WITHIN_MS;
    if (!this.#trouble || !isAtIt) return {};
    const { error, since } = this.#trouble;
    const { code, message } = error;
    return { retrying: { code, message, forMs: Math.round(performance.now() - since) } };
  }

  #note(error: SyncError): void {
    this.#trouble = { error, since: this.#trouble?.since ?? performance.now() };
  }
}
