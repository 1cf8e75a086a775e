import { SyncError } from '@redis-to-mongo/pipeline';
import { Redis, type RedisOptions } from 'ioredis';
import { endAtOnce } from './end-at-once.js';
import type { RedisRole } from './option-names.js';
import { redisError } from './redis-error.js';

export interface GuardOptions {
  /** Only a primary will do. Else a replica does too, until the connection has once led to a primary. */
  readonly primaryOnly: boolean;
  /** Whether the server is asked for its role now and then; else anyone who uses the connection asks. */
  readonly asksRole: boolean;
  /** Whose options errors name. */
  readonly purpose: RedisRole;
}

/** How often a server is asked for its role, in ms. */
export const ASK_ROLE_MS = 5_000;

/** UNBLOCKED: of a primary that becomes a replica, to commands that wait. Scripts on Redis 6 report READONLY in the middle. */
const ANSWERS_OF_WRONG_SERVERS = /^(?:READONLY|UNBLOCKED|LOADING|MASTERDOWN)\b|-READONLY /;

/** Where a connection keeps its guard. */
const GUARD = Symbol('guard');

/** Replies keep ioredis' ordinary shapes. */
type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

/** Opens a connection with a guard. Its duplicates have one too: BullMQ makes one for its reads that block. */
export function openGuarded(options: PlainOptions, guardOptions: GuardOptions): Redis {
  const redis = new Redis(options);
  endAtOnce(redis);
  Reflect.set(redis, GUARD, new ServerGuard(redis, guardOptions));
  const duplicate = (override?: PlainOptions) => openGuarded({ ...options, ...override }, guardOptions);
  Reflect.set(redis, 'duplicate', duplicate);
  return redis;
}

/** The guard of a connection that `openGuarded` opened. */
export function guardOf(redis: Redis): ServerGuard | undefined {
  const guard: unknown = Reflect.get(redis, GUARD);
  return guard instanceof ServerGuard ? guard : undefined;
}

/**
 * Resolves when the server answers and is the one that was meant, by what only that one answers; of a cluster, when it
 * answers. Else the connection is opened again. @throws SyncError
 */
export async function confirmServer(redis: Redis): Promise<void> {
  const guard = guardOf(redis);
  if (guard) return await guard.confirm();
  await redis.ping().catch((error: unknown) => {
    throw redisError(error);
  });
}

/**
 * Sees to it that a connection leads to the server and the database that were meant, or to none.
 *
 * - A database that the server refuses: ioredis reports the refusal, and continues in database 0. Here the connection does not
 *   become ready then; it is opened again, as after a wrong password, and what waits for it fails with REDIS_DATABASE.
 * - A server that was the primary, and is a replica now: after a failover behind a name, old connections stay open, and
 *   only a new one leads to the new primary. The server is asked for its role before a connection is ready and now and then
 *   after; that, and each answer that only a wrong server gives, closes the connection, and another one is opened.
 */
export class ServerGuard {
  readonly #redis: Redis;
  #needsPrimary: boolean;
  /** Why the connection that is being made can't be used. */
  #refusal: SyncError | undefined;
  /** The connection is being closed for another one. */
  #isLeaving = false;
  readonly #purpose: RedisRole;
  #isAsking = false;

  constructor(redis: Redis, { primaryOnly, asksRole, purpose }: GuardOptions) {
    this.#redis = redis;
    this.#purpose = purpose;
    this.#needsPrimary = primaryOnly;
    redis.options.reconnectOnError = (error) => this.#leavesFor(error);
    redis.on('error', (error: Error) => {
      if (isRefusedSelect(error)) this.#refusal = databaseError(redis.options.db, error);
    });
    redis.on('close', () => {
      this.#refusal = undefined;
      this.#isLeaving = false;
    });
    checkConnections(redis, (info) => this.#admits(info));
    if (asksRole) this.#askNowAndThen();
  }

  /** See confirmServer. */
  async confirm(): Promise<void> {
    const info = await this.#redis.info('replication').catch(async (error: Error) => {
      if (!error.message.startsWith('NOPERM')) throw redisError(error, this.#purpose);
      return void (await this.#redis.ping()); // without this privilege, a wrong server shows by its answers
    });
    const reason = this.reasonAgainst(/^role:(\w+)/m.exec(info ?? '')?.[1]);
    if (!reason) return;
    this.#leave(reason);
    throw reason;
  }

  /** Why a server of this role (INFO's word for it) can't be used. That it has been a primary is remembered. */
  reasonAgainst(role: string | undefined): SyncError | undefined {
    if (role === 'master') this.#needsPrimary = true;
    return role === 'slave' && this.#needsPrimary ? replicaError() : undefined;
  }

  /** Whether a new connection may become ready. */
  #admits(info: unknown): boolean {
    const role = typeof info === 'object' && info !== null && 'role' in info ? String(info.role) : undefined;
    const reason = this.#refusal ?? this.reasonAgainst(role);
    if (!reason) return true;
    this.#redis.recoverFromFatalError(reason, reason, {}); // what waits for the connection fails now, and with the reason
    return false;
  }

  #leavesFor(error: Error): boolean {
    if (this.#isLeaving || !ANSWERS_OF_WRONG_SERVERS.test(error.message)) return false;
    this.#isLeaving = true;
    this.#redis.silentEmit('error', redisError(error, this.#purpose));
    return true;
  }

  #leave(reason: SyncError): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#redis.silentEmit('error', reason);
    this.#redis.disconnect(true);
  }

  #askNowAndThen(): void {
    const redis = this.#redis;
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

/** Has `admits` asked, besides ioredis' own check, before a connection is ready; it is given what INFO answered. */
function checkConnections(redis: Redis, admits: (info: unknown) => boolean): void {
  const connector: unknown = Reflect.get(redis, 'connector');
  const check: unknown =
    typeof connector === 'object' && connector !== null ? Reflect.get(connector, 'check') : undefined;
  if (typeof connector !== 'object' || connector === null || typeof check !== 'function')
    throw new TypeError('ioredis is not built as expected: it does not check connections');
  Reflect.set(
    connector,
    'check',
    (info: unknown) => Reflect.apply(check, connector, [info]) === true && admits(info),
  );
}

/** ioredis emits no error of SELECT but while a connection is being made. */
function isRefusedSelect(error: Error): boolean {
  const command: unknown = 'command' in error ? error.command : undefined;
  return typeof command === 'object' && command !== null && 'name' in command && command.name === 'select';
}

function databaseError(db: number | undefined, cause: Error): SyncError {
  const known = redisError(cause);
  if (known.errorClass === 'transient') return known; // such as BUSY
  return new SyncError(
    'REDIS_DATABASE',
    'configuration',
    `Redis refuses database ${db}: set REDIS_DB or QUEUE_REDIS_DB, or the end of the URL, to a database that exists and that the user may select`,
    { cause },
  );
}

function replicaError(): SyncError {
  return new SyncError(
    'REDIS_READONLY',
    'transient',
    'Redis: the server is a read-only replica, but a primary is required: reconnecting until the address leads to one',
  );
}
