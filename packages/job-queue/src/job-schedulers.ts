import { inParts } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import type { Queue } from 'bullmq';
import { type JobData, parseJobData } from './job-data.js';
import { jobName } from './job-name.js';
import { KEEP } from './kept-jobs.js';
import { makeNewSchedulers } from './new-job-schedulers.js';
import { keyHash, phaseMs } from './scheduler-id.js';
import { Script } from './script.js';

/** Schedulers changed at once: enough to fill the connection, few enough not to hold up the server. */
const AT_ONCE = 500;

/** How long a scheduler's next run may lie in the past before it counts as stopped, in ms. */
const OVERDUE_MS = 30_000;

/** KEYS: job schedulers. ARGV: ms since 1970, limit. Answers the ids of those that were due before and whose job is not there. */
const STOPPED = new Script(`
local late = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local stopped = {}
for i = 1, #late, 2 do
  local job = KEYS[1] .. ':' .. late[i] .. ':' .. late[i + 1]
  if redis.call('EXISTS', job) == 0 then stopped[#stopped + 1] = late[i] end
end
return stopped`);

/**
 * KEYS: job schedulers. ARGV: ids. Answers one text, since that is faster to read than many: for each, a space between, its next run
 * and its interval, '-' where there is none.
 */
const FIND = new Script(`
local found = {}
for i, next in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(ARGV))) do
  found[2 * i - 1] = next or '-'
  found[2 * i] = next and redis.call('HGET', KEYS[1] .. ':' .. ARGV[i], 'every') or '-'
end
return table.concat(found, ' ')`);

/**
 * KEYS: job schedulers. ARGV: the first and the last of the page. Answers for each, one after the other: its id, its next run, its
 * interval and its job's data.
 */
const PAGE = new Script(`
local page = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')
local found = {}
for i = 1, #page, 2 do
  local every = redis.call('HMGET', KEYS[1] .. ':' .. page[i], 'every', 'data')
  local n = #found
  found[n + 1], found[n + 2], found[n + 3], found[n + 4] = page[i], page[i + 1], every[1], every[2]
end
return found`);

/** A job scheduler, as BullMQ has it. */
export interface Schedule {
  readonly id: string;
  /** The key that it is for; undefined where another program has made it. */
  readonly key: string | undefined;
  /** Its interval, in ms. */
  readonly everyMs: number | undefined;
  /** Its next run, in ms since 1970. */
  readonly next: number;
}

/** BullMQ's job schedulers, one for each key that has one. */
export class JobSchedulers {
  readonly #queue: Queue<JobData>;
  readonly #connection: ReturnType<typeof connectRedis>;

  constructor(queue: Queue<JobData>, connection: ReturnType<typeof connectRedis>) {
    this.#queue = queue;
    this.#connection = connection;
  }

  /** Gives each key a job scheduler that adds a job every `everyMs` ms, or changes the one it has. */
  async set(keys: readonly string[], everyMs: number): Promise<void> {
    const others = await makeNewSchedulers(this.#queue, this.#connection, keys, everyMs);
    await inTurns(others, async (key) => {
      const id = keyHash(key);
      await this.#queue.upsertJobScheduler(
        id,
        { every: everyMs, offset: phaseMs(id, everyMs) },
        { name: jobName([key]), data: { keys: [key] }, opts: KEEP },
      );
    });
  }

  /** Takes the keys' job schedulers away, with their waiting jobs. */
  async removeOf(keys: readonly string[]): Promise<void> {
    await this.remove(keys.map(keyHash));
  }

  /** Takes schedulers away by their ids. */
  async remove(ids: readonly string[]): Promise<void> {
    await inTurns(ids, async (id) => {
      await this.#queue.removeJobScheduler(id);
    });
  }

  /** Each key's job scheduler; `undefined` where it has none. */
  async of(keys: readonly string[]): Promise<(Schedule | undefined)[]> {
    const all: (Schedule | undefined)[] = [];
    for (const part of inParts(keys, AT_ONCE)) {
      const ids = part.map(keyHash);
      const reply = await FIND.run(this.#connection, [this.#queue.toKey('repeat')], ...ids);
      const found = String(reply).split(' ');
      part.forEach((key, i) => {
        const [next, everyMs] = [numberOf(found[2 * i]), numberOf(found[2 * i + 1])];
        all.push(next === undefined ? undefined : { id: ids[i] ?? '', key, everyMs, next });
      });
    }
    return all;
  }

  /**
   * Some of all job schedulers there are, in the order of their next runs.
   * @param from how many to pass over.
   */
  async page(from: number, limit: number): Promise<Schedule[]> {
    const repeat = this.#queue.toKey('repeat');
    const reply = await PAGE.list(this.#connection, [repeat], from, from + limit - 1);
    return inParts(reply, 4).map(([id, next, every, data]) => ({
      id: String(id),
      next: Number(next),
      key: keyIn(data),
      everyMs: numberOf(every),
    }));
  }

  /** How many there are. */
  async count(): Promise<number> {
    return await this.#connection.zcard(this.#queue.toKey('repeat'));
  }

  /**
   * Job schedulers that have stopped: their next run is long past, and its job is not there.
   * (A run that only waits for a free worker has its job.)
   * @param limit checks this many that are late, at most.
   */
  async stopped(limit: number, now = Date.now()): Promise<Schedule[]> {
    const repeat = this.#queue.toKey('repeat');
    const ids = new Set(await STOPPED.texts(this.#connection, [repeat], now - OVERDUE_MS, limit));
    return ids.size === 0 ? [] : (await this.page(0, limit)).filter(({ id }) => ids.has(id));
  }
}

async function inTurns(items: readonly string[], run: (item: string) => Promise<void>): Promise<void> {
  for (const part of inParts(items, AT_ONCE)) await Promise.all(part.map(run));
}

function numberOf(text: unknown): number | undefined {
  return typeof text === 'string' && text !== '-' ? Number(text) : undefined;
}

function keyIn(data: unknown): string | undefined {
  try {
    return parseJobData(JSON.parse(String(data))).keys[0];
  } catch {
    return undefined; // not one of the fleet's
  }
}
