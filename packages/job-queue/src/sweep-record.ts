import { randomUUID } from 'node:crypto';
import { isObject } from '@redis-to-mongo/pipeline';
import { type connectRedis, isCommandRefused, masterOf } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/**
 * The record of the last sweep, in the queue's Redis. A scheduler that takes over continues from it. Times
 * are by the clock of the queue's Redis.
 */
export interface SweepRecord {
  /**
   * When the last completed sweep began, in ms since 1970; 0 if none has completed. It has found all changes
   * before that time.
   */
  readonly beganAt: number;
  /** When the last completed sweep ended, in ms since 1970; 0 if none has completed. */
  readonly endedAt: number;
  /** The keys that the configuration chose for it. */
  readonly scope: string;
  /** Why another sweep is due; empty if none is. */
  readonly pending: string;
  /**
   * When the last sweep for missed changes ended, in ms since 1970; 0 if none has. Keys that it requested may
   * still be due.
   */
  readonly searchedUntil: number;
  /**
   * The target was set back: keys synced since this time, in ms since 1970, must be read again. Otherwise
   * `undefined`.
   */
  readonly rereadSince: number | undefined;
  /** See LeftOut, as of the last completed sweep; `undefined` if that recorded none. */
  readonly leftOut?: LeftOut | undefined;
}

/**
 * Number of selected keys that can't be mirrored, by the reason: the server's name of their type, a name that is too
 * long, a missing permission.
 */
export type LeftOut = Readonly<Record<string, number>>;

/** A sweep that is under way. */
export type BegunSweep = Awaited<ReturnType<SweepRecords['begin']>>;

/** The reason for a sweep if no record of an earlier one exists. */
export const NO_RECORD = 'the queue has no record of a sweep';
/** The reason if the server was restarted since the last sweep began, or is another server. */
const OTHER_SERVER = 'the queue may have lost requests: it was started again, or is another server';
/**
 * The reason if the record is of a time to come. Other records are compared with its times, such as that of a
 * failover of the source, so they would be ignored until then.
 */
const CLOCK_SET_BACK = 'the clock of the queue’s Redis was set back';
/** An answer to INFO may be this old, in ms. */
const CLOCK_MARGIN_MS = 3_000;
/**
 * The reason if the server has evicted any keys since the last sweep began. Requests may have been among
 * them.
 */
export const EVICTED =
  'the queue’s Redis has evicted keys, and may have lost requests: set its maxmemory-policy to noeviction';

/**
 * KEYS: record. ARGV: token, scope, beganAt, 1 for a search, LeftOut as JSON. Answers 1, or 0 if the record no longer has this
 * sweep's token.
 */
const END = new Script(`${NOW}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local ended = string.format('%.0f', now)
redis.call('HSET', KEYS[1], 'scope', ARGV[2], 'pending', '', 'beganAt', ARGV[3], 'endedAt', ended, 'leftOut', ARGV[5])
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'searchedUntil', ended) end
return 1`);

/** Reads and writes the record. If the queue is lost, so is the record, and a sweep is due. */
export class SweepRecords {
  readonly #name: string;

  constructor(
    private readonly redis: ReturnType<typeof connectRedis>,
    settings: QueueSettings,
  ) {
    this.#name = `${keyPrefix(settings)}:sweep`;
  }

  /** The record of the last sweep; `undefined` before the first one. */
  async read(): Promise<SweepRecord | undefined> {
    return (await this.readWithEvictions()).record;
  }

  /**
   * The record, and whether the server may evict any key and has done so since that sweep began; ever, if the
   * record is missing.
   */
  async readWithEvictions(): Promise<{ record: SweepRecord | undefined; isEvicting: boolean }> {
    const [{ server, now }, record] = await Promise.all([this.#server(), this.redis.hgetall(this.#name)]);
    const { beganAt = 0, endedAt = 0, searchedUntil = 0, scope, pending = '', rereadSince } = record;
    const [run, evictions] = server.split(' ');
    if (scope === undefined) return { record: undefined, isEvicting: evictions !== undefined };
    const [recordedRun, recordedEvictions] = (record.server || server).split(' ');
    const lost = run === recordedRun ? (evictions === recordedEvictions ? '' : EVICTED) : OTHER_SERVER;
    const latest = Math.max(...[beganAt, endedAt, searchedUntil].map(Number));
    const isAhead = now !== undefined && latest > now + CLOCK_MARGIN_MS;
    const found = {
      ...{ beganAt: Number(beganAt), endedAt: Number(endedAt), scope },
      pending: pending || (server === '' ? '' : lost || (isAhead ? CLOCK_SET_BACK : '')),
      searchedUntil: Number(searchedUntil),
      rereadSince: rereadSince === undefined ? undefined : Number(rereadSince),
      leftOut: record.leftOut === undefined ? undefined : parseLeftOut(record.leftOut),
    };
    return { record: found, isEvicting: evictions !== undefined && evictions !== recordedEvictions };
  }

  /**
   * Records that a sweep begins. If this process dies, the next scheduler finds the record.
   * @returns the sweep, its begin by the clock of the queue's Redis, in ms since 1970, and a random token.
   * @param pending why the sweep searches for missed changes; empty if it does not.
   */
  async begin(scope: string, pending: string) {
    const token = randomUUID();
    const { server } = await this.#server();
    await this.redis.hset(this.#name, { scope, pending, token, server });
    return { scope, isSearch: pending !== '', beganAt: await this.now(), token };
  }

  /**
   * Records that a sweep has ended.
   * @returns false if nothing was recorded: another sweep has begun or is due, or the queue has lost the
   * record, and with it the sweep's requests.
   */
  async end({ scope, isSearch, beganAt, token }: BegunSweep, leftOut: LeftOut = {}): Promise<boolean> {
    const args = [token, scope, beganAt, isSearch ? 1 : 0, JSON.stringify(leftOut)];
    return (await END.run(this.redis, [this.#name], ...args)) === 1;
  }

  /** Makes a sweep due that begins from now on. A sweep that is under way does not count. */
  async noteDue(pending: string): Promise<void> {
    await this.redis.hset(this.#name, { pending, token: randomUUID() });
  }

  /**
   * Records that keys synced since this time, in ms since 1970, must be read again. A time already recorded
   * stays.
   */
  async noteReread(since: number): Promise<void> {
    await this.redis.hsetnx(this.#name, 'rereadSince', since);
  }

  /** Records that these keys have been marked for reading. */
  async endReread(): Promise<void> {
    await this.redis.hdel(this.#name, 'rereadSince');
  }

  /** The time by the clock of the queue's Redis, in ms since 1970. */
  async now(): Promise<number> {
    const [seconds = 0, micros = 0] = (await this.redis.time()).map(Number);
    return seconds * 1000 + Math.floor(micros / 1000);
  }

  /**
   * The run id of the server that holds the record, and its number of evicted keys if its policy can evict
   * any key; and its time, in ms since 1970. Empty and `undefined` if the server refuses INFO.
   */
  async #server(): Promise<{ readonly server: string; readonly now: number | undefined }> {
    const server = await masterOf(this.redis, this.#name);
    const info = await server.info().catch((error: unknown) => {
      if (isCommandRefused(error)) return '';
      throw error;
    });
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? '';
    const evictions = field('maxmemory_policy').startsWith('allkeys') ? field('evicted_keys') : '';
    return {
      server: [field('run_id'), ...(Number(evictions) > 0 ? [evictions] : [])].join(' '),
      now: Number(field('server_time_usec')) / 1_000 || undefined,
    };
  }
}

function parseLeftOut(text: string): LeftOut | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const counts = Object.entries(value).flatMap(([why, keys]) =>
      typeof keys === 'number' ? [[why, keys] as const] : [],
    );
    return Object.fromEntries(counts);
  } catch {
    return undefined;
  }
}
