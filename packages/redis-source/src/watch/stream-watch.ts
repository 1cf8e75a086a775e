import { setTimeout as sleep } from 'node:timers/promises';
import { SyncError } from '@redis-to-mongo/pipeline';
import { isCluster } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { lastIds, type News, readNews } from './news-reader.js';
import { WatchGroup } from './watch-group.js';
import { Watched } from './watched.js';

export interface StreamWatchOptions {
  /** For ordinary commands. */
  readonly redis: Redis;
  /** Opens a connection for reads that block. */
  readonly connect: () => Redis;
  /**
   * Told of streams that hold something new. All that they held when it is called is told of by it; until it has
   * resolved, nothing counts as told: when it throws, the same news come again.
   * @returns streams that somebody else reads already. They rest a while, and the same news come again.
   */
  readonly onNews: (keys: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Told of keys that were to be watched and are not streams. */
  readonly onNotStream: (keys: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Streams in one blocking read. Setting it up takes about 1 µs of Redis a stream, each time that it has fired. */
const GROUP = 2000;
/** A stream without news for this long, in ms, may move to a read that blocks for long. */
const QUIET_MS = 30_000;
const LIVELY_BLOCK_MS = 5_000;
const RESTING_BLOCK_MS = 60_000;
/** Streams that no blocking read covers right now are polled this often, in ms. */
const POLL_MS = 50;
/** A stream that somebody else reads is not looked at for so long, in ms. */
const REST_MS = 1_000;

/**
 * Watches any number of streams for new entries, for next to nothing while there are none.
 *
 * - resting streams, 2,000 to a connection, are covered by reads that block for a minute;
 * - lively ones (with recent news, or new here) by one that blocks for seconds;
 * - those that no read covers at the moment, and busy ones (more than ten news a second), are polled;
 * - those that somebody else reads rest for a second at a time.
 */
export class StreamWatch {
  readonly #options: StreamWatchOptions;
  readonly #all = new Map<string, Watched>();
  readonly #groups: WatchGroup[] = [];
  readonly #lively: WatchGroup;
  readonly #polling: Promise<void>;
  #closed = false;

  constructor(options: StreamWatchOptions) {
    this.#options = options;
    this.#lively = this.#open(LIVELY_BLOCK_MS, () => this.#holdBack());
    this.#polling = this.#poll();
  }

  get size(): number {
    return this.#all.size;
  }

  has(key: string): boolean {
    return this.#all.has(key);
  }

  /** The last id that was told of, of a stream under watch. */
  lastTold(key: string): string | undefined {
    return this.#all.get(key)?.id;
  }

  /** Watches a stream for entries behind `id`. */
  add(key: string, id: string): void {
    if (this.#all.has(key)) return;
    const stream = new Watched(key, id);
    this.#all.set(key, stream);
    this.#lively.admit(stream);
  }

  remove(key: string): void {
    const stream = this.#all.get(key);
    stream?.group?.dismiss(stream);
    this.#all.delete(key);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#groups.map((group) => group.close()));
    await this.#polling;
  }

  #open(blockMs: number, beforeRead: (group: WatchGroup) => void): WatchGroup {
    const { redis, connect } = this.#options;
    const isPolled = isCluster(redis); // a read over several keys may block in one slot only
    const group = new WatchGroup({
      redis: isPolled ? redis : connect(),
      blockMs,
      pollMs: isPolled ? (streams) => this.#pollEveryMs(streams, blockMs) : undefined,
      beforeRead,
      onNews: (news) => this.#tell(news),
      onError: (error, streams) => this.#failed(error, streams),
    });
    this.#groups.push(group);
    return group;
  }

  /**
   * On a cluster each slot needs a read of its own, about 15 µs of Node a stream: no more than a tenth of the time is
   * spent on polls of lively streams, and another tenth on those of all resting ones together.
   */
  #pollEveryMs(streams: number, blockMs: number): number {
    return blockMs === LIVELY_BLOCK_MS ? Math.max(5, streams * 0.15) : Math.max(250, this.#all.size * 0.15);
  }

  /** A busy stream would end the read at once, for all; so would one that rests. */
  #holdBack(): void {
    const now = Date.now();
    for (const stream of this.#lively.members)
      stream.isHeldBack = stream.isBusy(now) || stream.restsUntil > now;
  }

  /** A resting read that begins anew takes in quiet streams, as far as it has room. */
  #takeQuiet(group: WatchGroup): void {
    let room = GROUP - group.members.size;
    if (room <= 0) return;
    const isCrowded = this.#lively.members.size > 2 * GROUP;
    const quietSince = Date.now() - QUIET_MS;
    for (const stream of this.#lively.members) {
      if (room === 0) return;
      if (!isCrowded && stream.firedAt > quietSince) continue;
      group.admit(stream);
      room--;
    }
  }

  /** Opens reads for resting streams when the lively read has become too long. */
  #spread(): void {
    while (this.#lively.members.size > GROUP) {
      const before = this.#lively.members.size;
      const group = this.#open(RESTING_BLOCK_MS, (asking) => this.#takeQuiet(asking));
      this.#takeQuiet(group);
      if (this.#lively.members.size === before) return;
    }
  }

  async #poll(): Promise<void> {
    let pauseMs = POLL_MS;
    while (!this.#closed) {
      await sleep(pauseMs);
      const now = Date.now();
      const loose = [...this.#lively.members].filter(
        (stream) => !stream.isCovered && stream.restsUntil <= now,
      );
      // A poll takes about 1 µs a stream: no more than a tenth of the time is spent on it.
      pauseMs = Math.max(POLL_MS, loose.length / 100);
      for (let i = 0; i < loose.length && !this.#closed; i += GROUP) {
        const part = loose.slice(i, i + GROUP);
        try {
          await this.#tell(await readNews(this.#options.redis, part));
        } catch (error) {
          await this.#failed(error, part);
        }
      }
      this.#spread();
    }
  }

  async #tell(news: News): Promise<void> {
    const told = new Map<string, string>();
    const withMore: string[] = [];
    for (const [key, { firstId, isOnly }] of news) {
      if (!this.#all.has(key)) continue;
      told.set(key, firstId);
      if (!isOnly) withMore.push(key);
    }
    if (told.size === 0) return;
    // First the last entries, then the telling: whoever is told reads at least up to these.
    if (withMore.length > 0) {
      const last = await lastIds(this.#options.redis, withMore);
      withMore.forEach((key, i) => {
        const id = last[i];
        if (id !== undefined) told.set(key, id);
      });
    }
    const othersRead = await this.#options.onNews([...told.keys()]);
    const now = Date.now();
    for (const [key, id] of told) {
      const stream = this.#all.get(key);
      if (!stream) continue;
      if (othersRead.has(key)) stream.restsUntil = now + REST_MS;
      else stream.fired(id, now);
      if (stream.group !== this.#lively) this.#lively.admit(stream);
    }
  }

  async #failed(error: unknown, streams: readonly Watched[]): Promise<void> {
    if (this.#closed) return;
    try {
      if (error instanceof SyncError && error.code === 'KEY_TYPE_CHANGED')
        await this.#options.onNotStream(streams.map(({ key }) => key));
      else this.#options.onError(error);
    } catch (nested) {
      this.#options.onError(nested);
    }
    await sleep(500);
  }
}
