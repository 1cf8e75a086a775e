import type { Socket } from 'node:net';
import { defined, membersOf } from '@redis-to-mongo/pipeline';
import { Cluster, type Redis } from 'ioredis';
import { connectWith, FOR_BLOCKING } from './connect-redis.js';
import { RawReplies, type RawReply } from './raw-replies.js';
import { RawText } from './raw-text.js';
import type { RedisAddress } from './redis-address.js';
import { ASK_ROLE_MS, CONFIRM_MS, guardOf } from './server-guard.js';
import type { ServersReached } from './servers-reached.js';
import { SharedQuestion } from './shared-question.js';

/** The connection ended, or there is none; the request can be repeated on another connection. */
export class RawConnectionLost extends Error {
  override readonly name = 'RawConnectionLost';
}

export interface RawConnectionOptions {
  readonly onError: (error: Error) => void;
  /** Called once if ioredis is not built as expected: then there is no raw connection. */
  readonly onUnexpected: (reason: string) => void;
  /** Maximum time without a byte of an awaited answer, in ms; default 30,000. */
  readonly silenceMs?: number;
  /** See ClientOptions. */
  readonly reached?: ServersReached;
}

const SILENCE_MS = 30_000;
/** Every server supports RESP2. The server's role is checked here: ioredis can't see the answer. */
const OPTIONS = { ...FOR_BLOCKING, protocol: 2, asksRole: false } as const;
const INFO = Buffer.from('*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n');

/**
 * A connection whose answers are parsed as bytes. ioredis opens it, finds the server (Sentinel), encrypts,
 * authenticates and reopens it. Once it is ready, this class replaces the parser of ioredis on the socket,
 * until the connection ends. Requests are answered in order; those of one turn of the event loop are sent in
 * one write.
 */
export class RawConnection {
  readonly #replies = new RawReplies();
  #socket: Socket | undefined;
  #silence: NodeJS.Timeout | undefined;
  readonly #roleTimer: NodeJS.Timeout;
  #isCorked = false;
  readonly #confirmed = new SharedQuestion(() => this.#confirm(), CONFIRM_MS);

  private constructor(
    private readonly redis: Redis,
    private readonly options: RawConnectionOptions,
  ) {
    redis.on('ready', () => void this.#takeSocket());
    redis.on('close', () => this.#lose(new RawConnectionLost('the connection has ended')));
    this.#roleTimer = setInterval(() => void this.#confirm().catch(() => {}), ASK_ROLE_MS).unref();
  }

  /** @returns `undefined` for a cluster, where each key has its own server. */
  static open(address: RedisAddress, options: RawConnectionOptions): RawConnection | undefined {
    if (address.clusterNodes) return undefined;
    const { onError, reached } = options;
    const redis = connectWith(address, onError, { ...OPTIONS, ...defined({ reached }) });
    return redis instanceof Cluster ? undefined : new RawConnection(redis, options);
  }

  /** Whether it accepts requests now. */
  get isReady(): boolean {
    return this.#socket !== undefined;
  }

  /**
   * Sends a request; `reply` parses its answer.
   * @throws RawConnectionLost if there is no connection, or it ended; the error of `reply`.
   */
  async ask(request: Buffer, reply: RawReply): Promise<void> {
    const socket = this.#socket;
    if (!socket) throw new RawConnectionLost('there is no connection');
    this.#silence ??= setTimeout(
      () => socket.destroy(Object.assign(new Error('Redis was silent for too long'), { code: 'ETIMEDOUT' })),
      this.options.silenceMs ?? SILENCE_MS,
    );
    if (!this.#isCorked) {
      this.#isCorked = true;
      socket.cork();
      setImmediate(() => {
        this.#isCorked = false;
        socket.uncork();
      });
    }
    socket.write(request);
    await this.#replies.next(reply);
  }

  /** As the function sameServer. */
  sameServer(): () => Promise<void> {
    const guard = guardOf(this.redis);
    const wasReady = this.isReady;
    const confirm = guard?.sameServer(() => this.#confirmed.answer());
    return async () => {
      await confirm?.();
      if (guard && wasReady && !this.isReady) throw guard.changed();
    };
  }

  /** Ends the connection. Commands under way reject with RawConnectionLost. */
  close(): void {
    clearInterval(this.#roleTimer);
    this.redis.disconnect();
    this.#lose(new RawConnectionLost('the connection was closed'));
  }

  /**
   * Disconnects from a server that is no longer the configured one: see ServerGuard.
   * @throws SyncError with the reason.
   */
  async #confirm(): Promise<void> {
    if (!this.isReady) return;
    const answer = new RawText();
    try {
      await this.ask(INFO, answer);
    } catch {
      return; // there is no connection anymore
    }
    const role = answer.isError ? undefined : /^role:(\w+)/m.exec(answer.text)?.[1];
    const reason = guardOf(this.redis)?.reasonAgainst(role);
    if (!reason) return;
    this.options.onError(reason);
    this.#lose(new RawConnectionLost('the server is a replica now'));
    throw reason;
  }

  /** Turns a ready connection of ioredis into a raw one. */
  async #takeSocket(): Promise<void> {
    try {
      await this.redis.ping(); // the answers to earlier commands of ioredis arrive before this one
    } catch {
      return; // it has ended already; `ready` comes again after it reconnects
    }
    const reason = whyNotRaw(this.redis);
    if (reason !== undefined) {
      this.redis.disconnect();
      this.options.onUnexpected(reason);
      return;
    }
    const socket = this.redis.stream as Socket;
    socket.removeAllListeners('data');
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#socket = socket;
  }

  #take(bytes: Buffer): void {
    this.#silence?.refresh();
    try {
      this.#replies.arrive(bytes);
    } catch {
      this.#lose(new RawConnectionLost('an answer could not be read'));
    }
    if (this.#replies.isEmpty) this.#endSilence();
  }

  #lose(error: RawConnectionLost): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#endSilence();
    this.#replies.lose(error);
  }

  #endSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }
}

/**
 * Why the parser of ioredis can't be removed from its socket; `undefined` if it can. Checked with ioredis
 * 6.0.
 */
export function whyNotRaw(redis: Redis): string | undefined {
  const { stream } = redis;
  if (typeof stream?.write !== 'function' || typeof stream.removeAllListeners !== 'function')
    return 'its socket is not where it was';
  if (stream.listenerCount('data') !== 1)
    return 'not one listener, but several, take what the socket receives';
  if (membersOf(Reflect.get(redis, 'commandQueue')).length !== 0)
    return 'its list of commands is not where it was, or not empty';
  return undefined;
}
