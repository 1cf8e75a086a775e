import { randomUUID } from 'node:crypto';
import { type connectRedis, isCommandRefused, masterOf } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/** What is known of the last sweep, in the queue's Redis: a scheduler that takes over continues from there. Times are by its clock. */
export interface SweepRecord {
  /** When the last sweep that ended had begun, in ms since 1970: what changed before, it has found. 0 for never. */
  readonly beganAt: number;
  /** When it ended, in ms since 1970; 0 for never. */
  readonly endedAt: number;
  /** What it was for: the keys that the configuration chooses. */
  readonly scope: string;
  /** Why another one is due; empty when none is. */
  readonly pending: string;
  /** When the last sweep for missed changes ended, in ms since 1970; 0 for never. Keys that it requested may still be due. */
  readonly searchedUntil: number;
  /** Keys synced since then, in ms since 1970, must be read again: the target was set back. `undefined` where it was not. */
  readonly rereadSince: number | undefined;
}

/** A sweep that is under way. */
export type BegunSweep = Awaited<ReturnType<SweepRecords['begin']>>;

/** The reason for a sweep if no record of an earlier one exists. */
export const NO_RECORD = 'the queue has no record of a sweep';
/** The reason if the server that holds the record is not the one that the last sweep began with, or was started again. */
const OTHER_SERVER = 'the queue may have lost requests: it was started again, or is another server';
/** The reason if that server has evicted keys since then, whosever they were: requests may have been among them. */
export const EVICTED =
  'the queue’s Redis has evicted keys, and may have lost requests: set its maxmemory-policy to noeviction';

/** KEYS: record. ARGV: token, scope, beganAt, 1 for a search. Answers 1, or 0 where the record is not that of this sweep anymore. */
const END = new Script(`${NOW}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local ended = string.format('%.0f', now)
redis.call('HSET', KEYS[1], 'scope', ARGV[2], 'pending', '', 'beganAt', ARGV[3], 'endedAt', ended)
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'searchedUntil', ended) end
return 1`);

/** Reads and writes the record. It is lost with the queue: then a sweep is due. */
export class SweepRecords {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #name: string;

  constructor(redis: ReturnType<typeof connectRedis>, settings: QueueSettings) {
    this.#redis = redis;
    this.#name = `${keyPrefix(settings)}:sweep`;
  }

  /** The record of the last sweep; `undefined` before the first one. */
  async read(): Promise<SweepRecord | undefined> {
    const [server, record] = await Promise.all([this.#server(), this.#redis.hgetall(this.#name)]);
    const { beganAt = 0, endedAt = 0, searchedUntil = 0, scope, pending = '', rereadSince } = record;
    if (scope === undefined) return undefined;
    const [run, evictions] = server.split(' ');
    const [recordedRun, recordedEvictions] = (record.server || server).split(' ');
    const lost = run === recordedRun ? (evictions === recordedEvictions ? '' : EVICTED) : OTHER_SERVER;
    return {
      ...{ beganAt: Number(beganAt), endedAt: Number(endedAt), scope },
      pending: pending || (server === '' ? '' : lost),
      searchedUntil: Number(searchedUntil),
      rereadSince: rereadSince === undefined ? undefined : Number(rereadSince),
    };
  }

  /**
   * Notes that a sweep begins: should this process die, the next one finds it.
   * @returns the sweep, when it began by the clock of the queue's Redis, in ms since 1970, and a token made up for it.
   * @param pending why it looks for changes that may have been missed; empty for one that does not.
   */
  async begin(scope: string, pending: string) {
    const token = randomUUID();
    const server = await this.#server();
    await this.#redis.hset(this.#name, { scope, pending, token, server });
    return { scope, isSearch: pending !== '', beganAt: await this.now(), token };
  }

  /**
   * Notes that a sweep has ended.
   * @returns false where nothing was noted, since the queue has lost its record meanwhile, and what the sweep requested with it; or another
   * sweep has begun.
   */
  async end({ scope, isSearch, beganAt, token }: BegunSweep): Promise<boolean> {
    return (await END.run(this.#redis, [this.#name], token, scope, beganAt, isSearch ? 1 : 0)) === 1;
  }

  /** Has one be due that begins from now on; one that is under way does not count. */
  async noteDue(pending: string): Promise<void> {
    await this.#redis.hset(this.#name, { pending, token: randomUUID() });
  }

  /** Has keys read again that were synced since then, in ms since 1970. An earlier time that is noted already stays. */
  async noteReread(since: number): Promise<void> {
    await this.#redis.hsetnx(this.#name, 'rereadSince', since);
  }

  /** They have been marked. */
  async endReread(): Promise<void> {
    await this.#redis.hdel(this.#name, 'rereadSince');
  }

  /** The time by the queue's Redis, in ms since 1970. */
  async now(): Promise<number> {
    const [seconds = 0, micros = 0] = (await this.#redis.time()).map(Number);
    return seconds * 1000 + Math.floor(micros / 1000);
  }

  /** Which run of which server holds the record, and how many keys it has evicted, if any key can be; empty where it does not say. */
  async #server(): Promise<string> {
    const server = await masterOf(this.#redis, this.#name);
    const info = await server.info().catch((error: unknown) => {
      if (isCommandRefused(error)) return '';
      throw error;
    });
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? '';
    const evictions = field('maxmemory_policy').startsWith('allkeys') ? field('evicted_keys') : '';
    return [field('run_id'), ...(Number(evictions) > 0 ? [evictions] : [])].join(' ');
  }
}
