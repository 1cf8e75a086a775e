import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type News, readNews } from './news-reader.js';
import type { Watched } from './watched.js';

/** Streams in one read, at most. */
const AT_MOST = 4000;
/**
 * After news, the next read waits so long, in ms: meanwhile others change too, and are then told of together. Each
 * telling costs the fleet about the same, however many streams it is of. The first news after a silence do not wait.
 */
const GATHER_MS = 7;

export interface WatchGroupOptions {
  /** A connection of the group's own, since a blocking read keeps it; of a group that polls, a shared one. */
  readonly redis: Redis;
  /** How long one read may take when there is no news. */
  readonly blockMs: number;
  /** Where reads can't block (on a cluster): the time between two polls of so many streams, in ms. */
  readonly pollMs?: ((streams: number) => number) | undefined;
  /** Called before each read: members may come and go then. */
  readonly beforeRead: (group: WatchGroup) => void;
  readonly onNews: (news: News) => Promise<void>;
  readonly onError: (error: unknown, streams: readonly Watched[]) => Promise<void>;
}

/** Streams that share one blocking read, on a connection of its own. */
export class WatchGroup {
  readonly #options: WatchGroupOptions;
  readonly #members = new Set<Watched>();
  readonly #running: Promise<void>;
  #closed = false;

  constructor(options: WatchGroupOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get members(): ReadonlySet<Watched> {
    return this.#members;
  }

  /** Takes a stream over from the group it was in; the next read covers it. */
  admit(stream: Watched): void {
    if (stream.group !== this) stream.group?.dismiss(stream);
    stream.group = this;
    this.#members.add(stream);
  }

  dismiss(stream: Watched): void {
    this.#members.delete(stream);
    stream.group = undefined;
    stream.isCovered = false;
    stream.isHeldBack = false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#options.pollMs) this.#options.redis.disconnect();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { beforeRead, onNews, onError } = this.#options;
    while (!this.#closed) {
      await sleep(0); // the constructor's caller goes first
      beforeRead(this);
      const streams = this.#next();
      if (streams.length === 0) {
        await sleep(50);
        continue;
      }
      try {
        this.#cover(streams, true);
        const news = await this.#read(streams);
        if (news.size === 0) continue;
        await onNews(news);
        // Setting the read up takes 1 to 2 µs a stream: no more than a tenth of the time is spent on it.
        const pauseMs = Math.ceil(streams.length / 60);
        if (pauseMs > GATHER_MS) this.#cover(streams, false);
        await sleep(Math.max(GATHER_MS, pauseMs));
      } catch (error) {
        this.#cover(streams, false);
        if (!this.#closed) await onError(error, streams);
      } finally {
        this.#cover(streams, false);
      }
    }
  }

  #cover(streams: readonly Watched[], isCovered: boolean): void {
    for (const stream of streams) if (stream.group === this) stream.isCovered = isCovered;
  }

  /** The streams for the next read; those beyond its bound wait, and are polled meanwhile. */
  #next(): Watched[] {
    const streams: Watched[] = [];
    for (const stream of this.#members) {
      if (!stream.isHeldBack) streams.push(stream);
      if (streams.length === AT_MOST) break;
    }
    return streams;
  }

  async #read(streams: readonly Watched[]): Promise<News> {
    const { redis, blockMs, pollMs } = this.#options;
    if (!pollMs) return await readNews(redis, streams, blockMs);
    const until = Date.now() + blockMs;
    for (;;) {
      const news = await readNews(redis, streams);
      if (news.size > 0 || this.#closed || Date.now() >= until) return news;
      await sleep(pollMs(streams.length));
    }
  }
}
