import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type FeedRefusal, feedRefusalOf } from './feed-refusal.js';
import { type ServerMarks, serverMarks } from './server-marks.js';

export interface NodeFeedOptions {
  /** A connection of the feed's own, as connectPush opens it. */
  readonly redis: Redis;
  /** Only keys with one of these prefixes are reported; without prefixes, all keys. They must not overlap. */
  readonly prefixes: readonly Buffer[];
  /**
   * Called with keys that changed. A key is reported once for all its changes in one turn of the server's
   * event loop.
   */
  readonly onChange: (names: readonly Buffer[]) => void;
  /** Called when the server starts to report changes: earlier changes may have been missed. */
  readonly onListening: (marks: ServerMarks) => void;
  /** Called when all keys may have changed: FLUSHALL, FLUSHDB, or a replica that loaded its data again. */
  readonly onFlush: () => void;
  /** Called when changes are missed from now on. */
  readonly onLost: () => void;
  /** Called when the server refuses to report changes. It is asked again every `askAgainMs`. */
  readonly onRefused: (refusal: FeedRefusal) => void;
  readonly onError: (error: unknown) => void;
  /** Time after which a server that refused is asked again, in ms. Default: 30,000. */
  readonly askAgainMs?: number;
}

const CHANNEL = '__redis__:invalidate';
/** Interval between checks of the connection, and the time within which it must answer, in ms. */
const PING_MS = 1_000;
const ANSWER_MS = 3_000;
const ASK_AGAIN_MS = 30_000;

/**
 * Receives every change of one server's keys, by the broadcasting mode of client-side caching, on its own
 * connection.
 * Source: https://redis.io/docs/latest/develop/reference/client-side-caching/ (two connections mode, here
 * with itself)
 *
 *     connecting ──ready──▶ asking ──OK──▶ listening ──close, no answer──▶ connecting
 *                              └──error──▶ refused ──30 s──▶ asking
 *
 * Only one attempt to subscribe runs at a time. When its connection closes, the attempt ends, even while it
 * waits to ask again.
 */
export class NodeFeed {
  #isListening = false;
  #closed = false;
  #asking: Promise<void> | undefined;
  readonly #heartbeat: NodeJS.Timeout;
  #ask = new AbortController();
  #pingedAt: number | undefined;
  #heardUntil: number | undefined;

  constructor(private readonly options: NodeFeedOptions) {
    const { redis } = options;
    redis.on('messageBuffer', (_channel: Buffer, names: unknown) => this.#take(names));
    redis.on('ready', () => this.#startAsking());
    redis.on('close', () => this.#lose());
    this.#heartbeat = setInterval(() => this.#check(), PING_MS);
    this.#heartbeat.unref();
    if (redis.status === 'ready') this.#startAsking();
  }

  /**
   * Every change up to this time, by performance.now(), was reported: the server answers a PING after them.
   * `undefined` while it reports none.
   */
  get heardUntil(): number | undefined {
    return this.#isListening ? this.#heardUntil : undefined;
  }

  /** Connects again: the server may not be the right one anymore. */
  reconnect(): void {
    this.options.redis.disconnect(true);
  }

  /** Ends the connection, and waits for an attempt to subscribe. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ask.abort();
    clearInterval(this.#heartbeat);
    this.options.redis.disconnect();
    await this.#asking;
  }

  #take(names: unknown): void {
    if (!this.#isListening || this.#closed) return;
    if (Array.isArray(names)) this.options.onChange(names);
    else this.options.onFlush();
  }

  #startAsking(): void {
    if (this.#closed) return;
    this.#pingedAt = undefined;
    this.#ask.abort();
    this.#ask = new AbortController();
    const asking = this.#subscribe(this.#ask.signal).finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    this.#asking = asking;
  }

  async #subscribe(signal: AbortSignal): Promise<void> {
    const { redis, prefixes, onListening, onRefused, onError, askAgainMs = ASK_AGAIN_MS } = this.options;
    while (!signal.aborted) {
      try {
        const marks = await serverMarks(redis);
        const id = String(await redis.client('ID'));
        const only = prefixes.flatMap((prefix) => ['PREFIX', prefix]);
        await redis.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', ...only);
        await redis.subscribe(CHANNEL);
        if (signal.aborted) return;
        this.#isListening = true;
        this.#heardUntil = performance.now();
        onListening(marks);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const refusal = feedRefusalOf(error);
        if (!refusal) {
          onError(error);
          redis.disconnect(true);
          return;
        }
        onRefused(refusal);
        await sleep(askAgainMs, undefined, { signal }).catch(() => {}); // ended
      }
    }
  }

  /** Finds a dead connection: the server no longer answers PING. */
  #check(): void {
    const { redis } = this.options;
    if (!this.#isListening) return;
    const now = performance.now();
    if (this.#pingedAt !== undefined) {
      if (now - this.#pingedAt > ANSWER_MS) this.reconnect();
      return;
    }
    this.#pingedAt = now;
    redis.ping().then(
      () => {
        this.#pingedAt = undefined;
        this.#heardUntil = now;
      },
      () => {}, // the connection has ended: `close` reports it
    );
  }

  #lose(): void {
    this.#ask.abort();
    this.#pingedAt = undefined;
    if (!this.#isListening) return;
    this.#isListening = false;
    if (!this.#closed) this.options.onLost();
  }
}
