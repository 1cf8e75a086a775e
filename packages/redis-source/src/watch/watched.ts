import type { WatchedStream } from './news-reader.js';
import type { WatchGroup } from './watch-group.js';

/** News of one stream that come closer together than this, in ms, make it busy; with more in between it is not. */
const BUSY_GAP_MS = 100;
const BUSY_AFTER = 5;

/** One stream under watch. */
export class Watched implements WatchedStream {
  readonly key: string;
  id: string;
  group: WatchGroup | undefined;
  /** A blocking read that is under way, or about to be, has the stream in it. */
  isCovered = false;
  /** Left out of the blocking read for now. */
  isHeldBack = false;
  /** Somebody else reads it: not looked at before then, in ms since 1970. */
  restsUntil = 0;
  firedAt = 0;
  #inARow = 0;

  constructor(key: string, id: string) {
    this.key = key;
    this.id = id;
  }

  /** There were news, up to `id`. */
  fired(id: string, now: number): void {
    this.#inARow = now - this.firedAt <= BUSY_GAP_MS ? this.#inARow + 1 : 0;
    this.id = id;
    this.firedAt = now;
  }

  isBusy(now: number): boolean {
    return this.#inARow >= BUSY_AFTER && now - this.firedAt < 10 * BUSY_GAP_MS;
  }
}
