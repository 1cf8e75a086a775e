import type { KeyType } from '@redis-to-mongo/pipeline';
import { isCluster } from '@redis-to-mongo/redis-connection';
import {
  checkStreams,
  KeyspaceEvents,
  type StreamMark,
  StreamWatch,
  ValueWatch,
} from '@redis-to-mongo/redis-source';
import { HintBuffer } from './hint-buffer.js';
import type { KnownKey } from './known-keys.js';

type Redis = ConstructorParameters<typeof KeyspaceEvents>[0]['redis'];

export interface ChangeWatchOptions {
  readonly redis: Redis;
  /** Opens one more connection; for reads that block, and for a subscription. */
  readonly connect: () => Redis;
  readonly db: number;
  readonly types: readonly KeyType[];
  /** Which keys are of interest. */
  readonly wanted: (keyId: string) => boolean;
  readonly baseMs: number;
  /** The same for one key. */
  readonly baseMsOf: (key: string) => number;
  /** Told of keys that changed, or may have. When it throws, it is told of them again. */
  readonly onNews: (keys: readonly string[]) => Promise<void>;
  /** Told of streams with new entries, as `onNews`. @returns those that a worker reads anyway. */
  readonly onEntries: (keys: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly onNotStream: (keys: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** With notifications a value is still looked at this often, in ms, since they get lost without a word. */
const TOLD_INTERVAL_MS = 60_000;
/** Streams checked in one step, steps a second, and bytes a second that checks may take from Redis. */
const CHECK = { streams: 50, perSec: 2, bytesPerSec: 1_000_000 } as const;

/** Notices changes of keys of all types, each as cheaply as its type allows. */
export class ChangeWatch {
  readonly #options: ChangeWatchOptions;
  readonly #streams: StreamWatch;
  readonly #values: ValueWatch;
  readonly #events: KeyspaceEvents;
  readonly #hints: HintBuffer;
  readonly #marks = new Map<string, StreamMark | undefined>();
  readonly #types = new Map<string, KeyType>();
  #toCheck: MapIterator<string> | undefined;

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
    const { redis, connect, onNews, onError } = options;
    this.#streams = new StreamWatch({ ...options, onNews: options.onEntries });
    this.#hints = new HintBuffer(onNews, onError);
    this.#events = new KeyspaceEvents({
      connect,
      redis,
      db: options.db,
      types: options.types,
      onHint: (key) => {
        if (options.wanted(key)) this.#hints.add(key);
      },
      onBegin: () => this.#values.lookAgain(),
    });
    this.#values = new ValueWatch({
      redis,
      intervalMs: (key) => {
        const baseMs = options.baseMsOf(key);
        return this.#isTold(key) ? Math.max(TOLD_INTERVAL_MS, baseMs) : baseMs;
      },
      tickMs: Math.max(20, Math.min(500, options.baseMs / 4)),
      onNews,
      onError,
    });
    // A cluster's nodes tell each of their own keys only: there, values are looked at.
    if (!isCluster(redis)) this.#events.begin();
  }

  /**
   * Begins to watch, unless the key is watched already.
   * @param syncedId of a stream: what lies behind it is news.
   * @returns of a stream: the id up to which it was told of.
   */
  add({ key }: KnownKey, type: KeyType, syncedId = '0-0'): string | undefined {
    this.#types.set(key, type);
    if (type !== 'stream') {
      this.#values.add(key);
      return undefined;
    }
    this.#streams.add(key, syncedId);
    if (!this.#marks.has(key)) this.#marks.set(key, undefined);
    return this.#streams.lastTold(key);
  }

  remove(key: string): void {
    this.#types.delete(key);
    this.#values.remove(key);
    this.#streams.remove(key);
    this.#marks.delete(key);
  }

  /** Whether a change of the key would be noticed within about its interval. */
  isWatching(key: string): boolean {
    return this.#streams.has(key) || this.#values.isWatching(key) || this.#isTold(key);
  }

  /** The notifications' setting may have changed. */
  async refresh(): Promise<void> {
    if (!isCluster(this.#options.redis)) await this.#events.refresh();
  }

  /** Checks the next few streams for what no read tells: that they are gone, made anew, or set back. */
  async checkSome(): Promise<{ pauseMs: number }> {
    const keys = this.#nextToCheck();
    if (keys.length === 0) return { pauseMs: 1000 };
    const streams = keys.map((key) => ({
      key,
      toldId: this.#streams.lastTold(key) ?? '0-0',
      mark: this.#marks.get(key),
    }));
    const { results, bytes } = await checkStreams(this.#options.redis, streams);
    const odd = results.filter(({ key, isOdd }) => isOdd && this.#marks.has(key)).map(({ key }) => key);
    if (odd.length > 0) await this.#options.onNews(odd);
    for (const { key, mark, isOdd } of results) {
      if (!this.#marks.has(key)) continue;
      this.#marks.set(key, mark);
      if (!isOdd) continue;
      this.#streams.remove(key);
      this.#streams.add(key, mark?.lastId ?? '0-0');
    }
    const roundMs = keys.length < CHECK.streams ? this.#options.baseMs : 0;
    return { pauseMs: Math.max(1000 / CHECK.perSec, roundMs, (1000 * bytes) / CHECK.bytesPerSec) };
  }

  async close(): Promise<void> {
    this.#events.close();
    this.#hints.close();
    await Promise.all([this.#streams.close(), this.#values.close()]);
  }

  #isTold(key: string): boolean {
    const type = this.#types.get(key);
    return type !== undefined && this.#events.tellsOf(type);
  }

  #nextToCheck(): string[] {
    const keys: string[] = [];
    this.#toCheck ??= this.#marks.keys();
    while (keys.length < CHECK.streams) {
      const { value, done } = this.#toCheck.next();
      if (done) {
        this.#toCheck = undefined;
        break;
      }
      keys.push(value);
    }
    return keys;
  }
}
