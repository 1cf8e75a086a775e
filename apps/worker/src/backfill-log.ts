import type { Logger } from '@redis-to-mongo/app-shell';
import type { KeyState } from '@redis-to-mongo/pipeline';

/** A key that is more than this many entries behind is being backfilled. */
const LARGE_BACKLOG = 10_000;
/** Minimum time between two lines about the same key, in ms. */
const EVERY_MS = 5_000;
/**
 * Maximum number of backfills remembered. The one that was noted longest ago is forgotten first: another
 * worker may have ended it.
 */
const MOST = 1_000;

interface Backfill {
  readonly since: number;
  readonly seenThen: number;
  reportedAt: number;
}

/**
 * Logs the progress of backfilling large streams: entries done and left, rate, time left. The counts come
 * from the key's state, so they are right whichever workers did the slices.
 */
export class BackfillLog {
  readonly #running = new Map<string, Backfill>();

  constructor(private readonly logger: Logger) {}

  /** Records the state after a slice. */
  note({ key, counts, lag }: KeyState, now = performance.now()): void {
    const running = this.#running.get(key);
    if (!running) {
      if (lag < LARGE_BACKLOG) return;
      this.#remember(key, { since: now, seenThen: counts.seen, reportedAt: now });
      this.logger.info('backfill begins', { key, done: counts.seen, left: lag });
      return;
    }
    this.#remember(key, running);
    const perSecond = Math.round(
      ((counts.seen - running.seenThen) * 1000) / Math.max(1, now - running.since),
    );
    if (lag === 0) {
      this.#running.delete(key);
      this.logger.info('backfill done', { key, done: counts.seen, perSecond });
    } else if (now - running.reportedAt >= EVERY_MS) {
      running.reportedAt = now;
      const secondsLeft = perSecond > 0 ? Math.ceil(lag / perSecond) : undefined;
      this.logger.info('backfill', { key, done: counts.seen, left: lag, perSecond, secondsLeft });
    }
  }

  #remember(key: string, backfill: Backfill): void {
    this.#running.delete(key); // so that it is the last one
    this.#running.set(key, backfill);
    const [oldest] = this.#running.keys();
    if (this.#running.size > MOST && oldest !== undefined) this.#running.delete(oldest);
  }
}
