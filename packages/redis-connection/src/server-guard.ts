import { isObject, membersOf, SyncError } from '@redis-to-mongo/pipeline';
import { Redis, type RedisOptions } from 'ioredis';
import { markFailures, markOrigin } from './error-origin.js';
import { OPTION_NAMES, type RedisRole } from './option-names.js';
import { redisError, throwRedisError } from './redis-error.js';
import type { ServersReached } from './servers-reached.js';
import { SharedQuestion } from './shared-question.js';

export interface GuardOptions {
  /**
   * Whether only a primary is accepted. Otherwise a replica is also accepted, until the connection has once
   * led to a primary.
   */
  readonly primaryOnly: boolean;
  /** Whether the guard polls the server's role; if not, the connection's user checks it. */
  readonly asksRole: boolean;
  /** The role of this Redis; errors name its options. */
  readonly purpose: RedisRole;
  /** Records the server that the connection leads to. */
  readonly reached?: ServersReached | undefined;
}

/** How often a server's role is polled, in ms. */
export const ASK_ROLE_MS = 5_000;
/** Minimum time between two role checks that follow reads (see sameServer), in ms. */
export const CONFIRM_MS = 5;

/**
 * UNBLOCKED: the answer to blocked commands when a primary becomes a replica. In scripts, Redis 6 puts
 * READONLY in the middle of the message.
 */
const ANSWERS_OF_WRONG_SERVERS = /^(?:READONLY|UNBLOCKED|LOADING|MASTERDOWN)\b|-READONLY /;

/** The property of a connection that holds its guard. */
const GUARD = Symbol('guard');

/** Replies keep their ordinary shapes. */
type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

/** Opens a connection with a guard. Its duplicates have one, too: BullMQ duplicates it for blocking reads. */
export function openGuarded(options: PlainOptions, guardOptions: GuardOptions): Redis {
  const redis = new Redis(options);
  endAtOnce(redis);
  markFailures(redis, guardOptions.purpose);
  Reflect.set(redis, GUARD, new ServerGuard(redis, guardOptions));
  const duplicate = (override?: PlainOptions) => openGuarded({ ...options, ...override }, guardOptions);
  Reflect.set(redis, 'duplicate', duplicate);
  return redis;
}

/** The guard of a connection opened by `openGuarded`. */
export function guardOf(redis: Redis): ServerGuard | undefined {
  const guard: unknown = Reflect.get(redis, GUARD);
  return guard instanceof ServerGuard ? guard : undefined;
}

/**
 * Resolves if the server answers as the configured one; for a cluster, if it answers. Otherwise the
 * connection is opened again.
 * @throws SyncError
 */
export async function confirmServer(redis: Redis): Promise<void> {
  const guard = guardOf(redis);
  if (guard) return await guard.confirm();
  await redis.ping().catch(throwRedisError());
}

/**
 * Begins to watch which server answers the reads that follow. After a failover behind a name, the former
 * primary may go on answering, as a replica that lags behind.
 * @returns a function to call after the reads. It resolves if the configured server answered all of them; for
 * a cluster it resolves without asking, since replicas refuse reads. It throws SyncError REDIS_READONLY,
 * REDIS_SERVER_CHANGED, or as redisError: then read again.
 */
export function sameServer(redis: Redis): () => Promise<void> {
  return guardOf(redis)?.sameServer() ?? (async () => {});
}

/**
 * Ensures that a connection leads to the configured server and database, or to none.
 *
 * - The server refuses the database: ioredis reports the refusal, and continues in database 0. Here the
 *   connection does not become ready; it is opened again, as after a wrong password, and waiting commands
 *   fail with REDIS_DATABASE.
 * - The server was the primary, and is a replica now: after a failover behind a name, old connections stay
 *   open, and only a new one leads to the new primary. The server's role is checked before a connection is
 *   ready, and polled afterward. If it is wrong, or an answer shows that it is, the connection is closed, and
 *   another one is opened.
 * - The server is a replica that has not had its primary's data since it started. It answers as if all keys
 *   were deleted. The connection does not become ready until it has synced.
 */
export class ServerGuard {
  #needsPrimary: boolean;
  /** Why the new connection can't be used. */
  #refusal: SyncError | undefined;
  /** The connection is being replaced by another one. */
  #isLeaving = false;
  readonly #purpose: RedisRole;
  readonly #reached: ServersReached | undefined;
  #isAsking = false;
  /** The `run_id` of the server, if it is known, and how many times it has changed. */
  #run: string | undefined;
  #changes = 0;
  readonly #confirmed = new SharedQuestion(() => this.confirm(), CONFIRM_MS);

  constructor(
    private readonly redis: Redis,
    { primaryOnly, asksRole, purpose, reached }: GuardOptions,
  ) {
    this.#purpose = purpose;
    this.#reached = reached;
    this.#needsPrimary = primaryOnly;
    redis.options.reconnectOnError = (error) => this.#leavesFor(error);
    redis.on('error', (error: Error) => {
      markOrigin(error, purpose);
      if (isRefusedSelect(error)) this.#refusal = this.#databaseError(error);
    });
    redis.on('close', () => {
      this.#refusal = undefined;
      this.#isLeaving = false;
    });
    redis.on('end', () => reached?.forget(redis));
    checkConnections(redis, (info) => this.#admits(info));
    if (asksRole) this.#askNowAndThen();
  }

  /** See confirmServer. */
  async confirm(): Promise<void> {
    const info = await this.redis.info('replication').catch(async (error: Error) => {
      if (!error.message.startsWith('NOPERM')) throw redisError(error, this.#purpose);
      return void (await this.redis.ping()); // without the privilege, a wrong server shows by its answers
    });
    const reason = this.reasonAgainst(/^role:(\w+)/m.exec(info ?? '')?.[1]);
    if (!reason) return;
    this.#leave(reason);
    throw reason;
  }

  /**
   * See sameServer.
   * @param confirm checks the server's role; default: the method `confirm`, shared by its callers.
   */
  sameServer(confirm: () => Promise<void> = () => this.#confirmed.answer()): () => Promise<void> {
    const changes = this.#changes;
    return async () => {
      if (!this.#needsPrimary) return;
      await confirm();
      if (this.#changes !== changes) throw this.changed();
    };
  }

  /** The error for a read whose server is not known. */
  changed(): SyncError {
    const { server } = OPTION_NAMES[this.#purpose];
    return new SyncError('REDIS_SERVER_CHANGED', 'transient', `${server}: ${CHANGED}`);
  }

  /** Why a server of this role (as in INFO) can't be used. Remembers whether it was a primary. */
  reasonAgainst(role: string | undefined): SyncError | undefined {
    if (role === 'master') this.#needsPrimary = true;
    return role === 'slave' && this.#needsPrimary ? this.#waits('REDIS_READONLY', REPLICA) : undefined;
  }

  /** Whether a new connection may become ready. */
  #admits(info: unknown): boolean {
    const field = (name: string): string | undefined => {
      const value = membersOf(info)[name];
      return typeof value === 'string' ? value : undefined;
    };
    const run = field('run_id');
    if (this.#run !== undefined && run !== this.#run) this.#changes++;
    this.#run = run;
    const role = field('role');
    const reason =
      this.#refusal ??
      this.reasonAgainst(role) ??
      (isWithoutData(info) ? this.#waits('REDIS_LOADING', UNSYNCED) : undefined);
    if (!reason) {
      if (run !== undefined) this.#reached?.note(this.redis, run);
      return true;
    }
    this.redis.recoverFromFatalError(reason, reason, {}); // waiting commands fail now, with the reason
    return false;
  }

  /** Called with each error reply of the server. @returns whether to reconnect. */
  #leavesFor(error: Error): boolean {
    markOrigin(error, this.#purpose);
    if (this.#isLeaving || !ANSWERS_OF_WRONG_SERVERS.test(error.message)) return false;
    this.#isLeaving = true;
    this.redis.silentEmit('error', redisError(error, this.#purpose));
    return true;
  }

  #leave(reason: SyncError): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.redis.silentEmit('error', reason);
    this.redis.disconnect(true);
  }

  #waits(code: string, why: string): SyncError {
    return new SyncError(code, 'transient', `${OPTION_NAMES[this.#purpose].server}: ${why}`);
  }

  #databaseError(cause: Error): SyncError {
    const known = redisError(cause, this.#purpose);
    if (known.errorClass === 'transient') return known; // such as BUSY
    const { server, database } = OPTION_NAMES[this.#purpose];
    return new SyncError(
      'REDIS_DATABASE',
      'configuration',
      `${server} refuses database ${this.redis.options.db}: set ${database}, to a database that exists and that the user may select`,
      { cause },
    );
  }

  #askNowAndThen(): void {
    const redis = this.redis;
    const timer = setInterval(() => {
      if (redis.status !== 'ready' || redis.mode !== 'normal' || this.#isAsking) return;
      this.#isAsking = true;
      void this.confirm()
        .catch(() => {}) // reported with the connection's errors, or by its next user
        .finally(() => {
          this.#isAsking = false;
        });
    }, ASK_ROLE_MS);
    timer.unref();
    redis.on('end', () => clearInterval(timer));
  }
}

/**
 * Calls `admits` with the reply of INFO before a connection is ready, in addition to the check of ioredis.
 */
function checkConnections(redis: Redis, admits: (info: unknown) => boolean): void {
  const connector: unknown = Reflect.get(redis, 'connector');
  const { check } = membersOf(connector);
  if (!isObject(connector) || typeof check !== 'function')
    throw new TypeError('ioredis is not built as expected: it does not check connections');
  Reflect.set(
    connector,
    'check',
    (info: unknown) => Reflect.apply(check, connector, [info]) === true && admits(info),
  );
}

/** ioredis emits errors of SELECT only while a connection is being made. */
function isRefusedSelect(error: Error): boolean {
  const command: unknown = 'command' in error ? error.command : undefined;
  return membersOf(command).name === 'select';
}

/** In seconds. Before Redis 7, a link that was never up is reported as down since 1970. */
const NEVER_UP = 1_000_000_000;

/** Whether INFO is of a replica whose link to its primary has not been up since it started. */
function isWithoutData(info: unknown): boolean {
  const { master_link_status: link, master_link_down_since_seconds: since } = membersOf(info);
  const seconds = Number(since);
  return link === 'down' && (seconds < 0 || seconds > NEVER_UP);
}

const UNSYNCED =
  'the server is a replica that has not synced with its primary since it started: waiting until it has';

const CHANGED = 'another server answers than before, or it was started again: what was read is read again';
const REPLICA =
  'the server is a read-only replica, but a primary is required: reconnecting until the address leads to one';

/** The message with which ioredis ends connections itself, without reporting an error. */
const CLOSED = 'Connection is closed.';

/**
 * Makes `disconnect` also end a connection that waits to reconnect. ioredis would only stop waiting: pending
 * commands would never settle, `end` would not be emitted, and the program would not exit.
 */
function endAtOnce(redis: Redis): void {
  const disconnect = redis.disconnect.bind(redis);
  const ended = (reconnect = false) => {
    const isWaiting = redis.status === 'reconnecting';
    disconnect(reconnect);
    if (reconnect || !isWaiting) return;
    const error = new Error(CLOSED);
    redis.recoverFromFatalError(error, error, {}); // fails the commands
    redis.status = 'end';
    Reflect.set(redis, 'manuallyClosing', false); // it may be connected again
    process.nextTick(() => redis.emit('end'));
  };
  Reflect.set(redis, 'disconnect', ended);
}
