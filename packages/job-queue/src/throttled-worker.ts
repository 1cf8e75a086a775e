import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@redis-to-mongo/pipeline';
import { type Job, Worker } from 'bullmq';

/** Waits between two attempts to take a job, in ms. */
const BACKOFF = { baseMs: 200, capMs: 5_000 } as const;

/**
 * If Redis refuses to hand out a job, BullMQ's worker asks again without a pause, thousands of times per
 * second. This class waits before it reports the refusal.
 */
export class ThrottledWorker extends Worker {
  readonly #closing = new AbortController();
  #refusals = 0;

  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      const job = await super.moveToActive(token, name);
      this.#refusals = 0;
      return job;
    } catch (error) {
      const waitMs = BACKOFF.baseMs / 2 + backoffMs(++this.#refusals, BACKOFF);
      await sleep(waitMs, undefined, { signal: this.#closing.signal }).catch(() => {}); // closing: no wait
      throw error;
    }
  }

  override async close(force?: boolean): Promise<void> {
    this.#closing.abort();
    await super.close(force);
  }
}
