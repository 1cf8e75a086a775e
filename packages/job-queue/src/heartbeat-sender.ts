import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Heartbeat } from './heartbeats.js';
import type { JobQueue } from './job-queue.js';

/** So many heartbeats are missed before a process is taken for dead: one every 2 s, unless told otherwise. */
const BEATS = 5;
/** A queue that is away is not waited for longer than this, in ms. */
const CLOSE_MS = 500;

/** Tells the queue's Redis every few seconds that this process lives, and how it fares. */
export class HeartbeatSender {
  readonly #id = randomUUID();
  readonly #queue: Pick<JobQueue, 'beat' | 'endHeartbeat' | 'deadAfterMs'>;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param tell asked at each beat; `undefined`: nothing is to be told yet.
   * @param onError told when a beat fails; the next one is tried all the same.
   */
  constructor(
    queue: Pick<JobQueue, 'beat' | 'endHeartbeat' | 'deadAfterMs'>,
    heartbeatOf: () => Heartbeat | undefined,
    onError: (error: unknown) => void,
  ) {
    this.#queue = queue;
    const beat = async () => {
      const heartbeat = heartbeatOf();
      if (heartbeat) await queue.beat(this.#id, heartbeat);
    };
    const beatOnce = () => void beat().catch(onError);
    this.#timer = setInterval(beatOnce, queue.deadAfterMs / BEATS);
    this.#timer.unref();
    beatOnce();
  }

  /** Beats no more, and tells so, that nobody has to wait for the silence to be noticed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const ended = this.#queue.endHeartbeat(this.#id).catch(() => {}); // it is forgotten by itself
    await Promise.race([ended, sleep(CLOSE_MS)]);
  }
}
