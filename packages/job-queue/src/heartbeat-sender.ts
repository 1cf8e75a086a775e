import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Heartbeat } from './heartbeats.js';
import type { JobQueue } from './job-queue.js';

/** A process sends at least this many heartbeats in the time after which it counts as dead. */
const BEATS = 5;
/**
 * Maximum time between two heartbeats, in ms, even if DEAD_AFTER_SEC is long: the verdict depends on recent
 * reports.
 */
const MOST_MS = 2_000;
/** Maximum wait for the queue's Redis when closing, in ms. */
const CLOSE_MS = 500;

/**
 * Only answers within this time, in ms, are used to compare the clocks. It bounds the error of the
 * comparison.
 */
const PROMPT_MS = 1_000;

/** Sends a heartbeat of this process to the queue's Redis every few seconds. */
export class HeartbeatSender {
  readonly #id = randomUUID();
  readonly #timer: NodeJS.Timeout;

  /**
   * @param heartbeatOf called at each beat. If it returns `undefined`, no heartbeat is sent.
   * @param onError called when a beat fails; the next beat is sent all the same.
   */
  constructor(
    private readonly queue: Pick<JobQueue, 'beat' | 'endHeartbeat' | 'deadAfterMs'>,
    heartbeatOf: () => Heartbeat | undefined,
    onError: (error: unknown) => void,
  ) {
    let clockAheadMs: number | undefined;
    const beat = async () => {
      const heartbeat = heartbeatOf();
      if (!heartbeat) return;
      const asked = performance.now();
      const there = await queue.beat(
        this.#id,
        clockAheadMs === undefined ? heartbeat : { ...heartbeat, clockAheadMs },
      );
      if (performance.now() - asked <= PROMPT_MS) clockAheadMs = Date.now() - there;
    };
    const beatOnce = () => void beat().catch(onError);
    this.#timer = setInterval(beatOnce, Math.min(MOST_MS, queue.deadAfterMs / BEATS));
    this.#timer.unref();
    beatOnce();
  }

  /** Stops, and reports the end of this process, so that the fleet need not wait for missing heartbeats. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const ended = this.queue.endHeartbeat(this.#id).catch(() => {}); // the heartbeat expires by itself
    await Promise.race([ended, sleep(CLOSE_MS)]);
  }
}
