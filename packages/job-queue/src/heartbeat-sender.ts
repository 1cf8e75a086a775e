import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Heartbeat } from './heartbeats.js';
import type { JobQueue } from './job-queue.js';

/** A process that misses this many heartbeats counts as dead. */
const BEATS = 5;
/** The most time between two, in ms, however long a process may be silent: the verdict goes by what they say, and that grows old. */
const MOST_MS = 2_000;
/** A queue that is away is not waited for longer than this, in ms. */
const CLOSE_MS = 500;

/** The clocks are compared by answers that came within this time, in ms: it is the most that the comparison is off by. */
const PROMPT_MS = 1_000;

/** Sends a heartbeat of this process to the queue's Redis every few seconds. */
export class HeartbeatSender {
  readonly #id = randomUUID();
  readonly #queue: Pick<JobQueue, 'beat' | 'endHeartbeat' | 'deadAfterMs'>;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param heartbeatOf called at each beat; `undefined`: there is nothing to report yet.
   * @param onError called when a beat fails; the next one is tried all the same.
   */
  constructor(
    queue: Pick<JobQueue, 'beat' | 'endHeartbeat' | 'deadAfterMs'>,
    heartbeatOf: () => Heartbeat | undefined,
    onError: (error: unknown) => void,
  ) {
    this.#queue = queue;
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

  /** Stops, and reports that, so that nobody has to wait for missing heartbeats. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const ended = this.#queue.endHeartbeat(this.#id).catch(() => {}); // it is forgotten by itself
    await Promise.race([ended, sleep(CLOSE_MS)]);
  }
}
