import { connect } from 'node:net';
import { isObject, SyncError } from '@redis-to-mongo/pipeline';
import { Cluster, type Redis } from 'ioredis';

/** A server accepted the connection, and sent no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether it closed the connection, or stayed silent. */
  readonly how: 'closed' | 'silent';
  readonly isTls: boolean;

  constructor(how: NoAnswer['how'], isTls: boolean, cause: unknown) {
    super(`the connection was accepted, and ${how === 'closed' ? 'closed' : 'left'} without an answer`, {
      cause,
    });
    this.how = how;
    this.isTls = isTls;
  }
}

/** The message of the error that marks its cause as the error of a cluster's node. */
export const OF_A_CLUSTER = 'a node of the cluster has no connection';

type OnError = (error: Error) => void;

/**
 * The property of a client that holds a function; the function returns the client's last connection error.
 */
const TROUBLE = Symbol('trouble');

/**
 * Why a client passed to attachCauses has no connection; `undefined` while it has one, or if the reason is
 * not known yet.
 */
export function lastTrouble(redis: Redis): Error | undefined {
  const read: unknown = Reflect.get(redis, TROUBLE);
  const trouble: unknown = typeof read === 'function' ? read() : undefined;
  return trouble instanceof Error ? trouble : undefined;
}

/**
 * Attaches the reason to each command that fails without a connection, as the error's cause. ioredis emits
 * the reason as an event, but rejects the commands with errors of its own that lack it: "max retries per
 * request", "Connection is closed". This relies on private parts of ioredis (6.0). If one of them is not as
 * expected, only the cause is missing.
 * @param onError called with every error of the connection.
 */
export function attachCauses(redis: Redis, onError: OnError): void {
  const client: unknown = redis;
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => void new ConnectionCauses(node, () => {}, true));
    let last: Error | undefined;
    Reflect.set(client, TROUBLE, () => last);
    client.on('ready', () => {
      last = undefined;
    });
    client.on('error', (error: Error) => {
      last = error;
      onError(error);
    });
    const withCause = (error: unknown) => {
      if (error instanceof Error && error !== last) error.cause ??= last;
      return error;
    };
    wrap(client, 'flushQueue', (flush, [error, ...more]) => flush([withCause(error), ...more]));
    wrap(client, 'connect', async (connect, args) => {
      try {
        return await connect(args);
      } catch (error) {
        throw withCause(error);
      }
    });
  } else new ConnectionCauses(redis, onError);
}

/**
 * Records why one client has no connection. After the first answer of the server, errors stay as ioredis
 * reports them.
 */
class ConnectionCauses {
  readonly #isTls: boolean;
  #last: Error | undefined;
  #isMet = false;
  /** The TCP connection is open; TLS may not be. */
  #isTaken = false;
  #isListening = false;
  /** Why the server or TLS refused the connection. It is more specific than the error that follows. */
  #refusal: Error | undefined;

  constructor(
    private readonly redis: Redis,
    onError: OnError,
    private readonly isNode = false,
  ) {
    this.#isTls = redis.options.tls !== undefined;
    Reflect.set(redis, TROUBLE, () => this.#last);
    redis.on('ready', () => {
      this.#isMet = true;
      this.#last = this.#refusal = undefined;
    });
    redis.on('error', (error: Error) => {
      this.#last = this.#explained(error);
      onError(this.#last);
    });
    redis.on('close', () => {
      if (!this.#isMet && this.#isTaken) this.#last ??= this.#noAnswer('closed', undefined);
    });
    this.#watchConnector();
    this.#watchFlush();
    // A cluster reads its slots on a duplicated connection; a BullMQ worker waits for jobs on one.
    wrap(redis, 'duplicate', (duplicate, [override]) => {
      const copy = duplicate([{ lazyConnect: false, ...(typeof override === 'object' ? override : {}) }]);
      attachCauses(copy as Redis, () => {});
      return copy;
    });
    for (const name of ['hello', 'auth']) wrap(redis, name, explainProtectedMode);
  }

  #explained(error: Error): Error {
    if (error.message.startsWith('All sentinels')) error.cause ??= this.#last;
    if (this.#isMet) return error;
    const code = 'code' in error ? error.code : undefined;
    if (code === 'ECONNRESET' || code === 'EPIPE') return this.#noAnswer('closed', error);
    if (typeof code === 'string' && code.startsWith('ERR_SSL')) this.#refusal = error;
    return code === 'ETIMEDOUT' && this.#isTaken ? this.#noAnswer('silent', error) : error;
  }

  #noAnswer(how: NoAnswer['how'], error: unknown): Error {
    if (how === 'closed') this.#listen();
    return this.#refusal ?? new NoAnswer(how, this.#isTls, error);
  }

  /** Opens another connection, once, to read why the server refuses: it says so before the first command. */
  #listen(): void {
    const { host, port, sentinels } = this.redis.options;
    if (this.#isListening || this.#isTls || sentinels || !host || !port) return;
    this.#isListening = true;
    void firstWords(host, port).then((words) => {
      if (words.startsWith('-')) this.#last = this.#refusal = new Error(words.slice(1).trim());
    });
  }

  #watchConnector(): void {
    const connector: unknown = Reflect.get(this.redis, 'connector');
    if (!isObject(connector)) return;
    wrap(connector, 'connect', async (connect, args) => {
      this.#isTaken = false;
      const stream: unknown = await connect(args);
      if (isObject(stream) && typeof stream.once === 'function')
        stream.once('connect', () => {
          this.#isTaken = true;
        });
      return stream;
    });
    // If no Sentinel answers, ioredis does not report why.
    wrap(connector, 'connectToSentinel', (connect, args) => {
      const sentinel = connect(args);
      attachCauses(sentinel as Redis, (error) => {
        this.#last = error;
      });
      return sentinel;
    });
  }

  #watchFlush(): void {
    wrap(this.redis, 'flushQueue', (flush, [error, options, ...more]) => {
      if (!(error instanceof Error)) return flush([error, options, ...more]);
      const explained = this.#explained(error);
      // The handshake failed. Commands in the offline queue stay there for the next attempt, as after any
      // failure.
      if (explained !== error) return flush([explained, { offlineQueue: false }, ...more]);
      if (error !== this.#last && !(error instanceof SyncError))
        error.cause ??= this.isNode ? new Error(OF_A_CLUSTER, { cause: this.#last }) : this.#last;
      return flush([error, options, ...more]);
    });
  }
}

/**
 * A server in protected mode says so in its answer to the first command. ioredis mistakes the answer for "no
 * password is set", prints a warning, and continues.
 */
async function explainProtectedMode(send: Method, args: readonly unknown[]): Promise<unknown> {
  try {
    return await send(args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('DENIED'))) throw error;
    throw new Error('DENIED the server is in protected mode', { cause: error });
  }
}

type Method = (args: readonly unknown[]) => unknown;

/** Replaces a method with `around`; does nothing if there is no such method. */
function wrap(
  target: object,
  name: string,
  around: (method: Method, args: readonly unknown[]) => unknown,
): void {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') return;
  Reflect.set(target, name, (...args: readonly unknown[]) =>
    around((given) => Reflect.apply(method, target, [...given]), args),
  );
}

/** Time to wait for the reason, in ms. A server that refuses a connection gives it immediately. */
const WAIT_MS = 1_000;
const MOST = 200;

/**
 * Reads what a server sends before the first command, at most 200 bytes. Only a server that refuses the
 * connection sends anything. A client that writes first may lose these bytes, because the server has already
 * closed the connection.
 */
async function firstWords(host: string, port: number): Promise<string> {
  return await new Promise((resolve) => {
    let words = '';
    const socket = connect({ host, port });
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(words.slice(0, MOST));
    };
    const timer = setTimeout(end, WAIT_MS).unref();
    socket.on('data', (bytes) => {
      words += bytes.toString('latin1');
      if (words.includes('\r\n') || words.length > MOST) end();
    });
    socket.on('error', end);
    socket.on('close', end);
  });
}
