import { inParts } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import type { Queue } from 'bullmq';
import { type JobData, parseJobData } from './job-data.js';
import { jobName } from './job-name.js';
import { KEEP } from './kept-jobs.js';
import { makeNewSchedulers } from './new-job-schedulers.js';
import { keyHash, phaseMs } from './scheduler-id.js';
import { Script } from './script.js';

/** Schedulers changed concurrently: enough to fill the connection, few enough not to hold up the server. */
const AT_ONCE = 500;

/**
 * A scheduler may have stopped if its next run is more than this many ms in the past. It is postponed if its
 * next run is later than its interval by more than that.
 */
const OVERDUE_MS = 30_000;

/**
 * KEYS: job schedulers. ARGV: ms since 1970, limit. Answers the ids of schedulers that were due before that
 * time and whose job is missing.
 */
const STOPPED = new Script(`
local late = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local stopped = {}
for i = 1, #late, 2 do
  local job = KEYS[1] .. ':' .. late[i] .. ':' .. late[i + 1]
  if redis.call('EXISTS', job) == 0 then stopped[#stopped + 1] = late[i] end
end
return stopped`);

/** Lua: answers schedulers (id, next run, id, …) as a flat list of id, next run, interval and job data each. */
const DESCRIBE = `
local function describe(page, isChosen)
  local found = {}
  for i = 1, #page, 2 do
    local every = redis.call('HMGET', KEYS[1] .. ':' .. page[i], 'every', 'data')
    if isChosen(page[i + 1], every[1]) then
      local n = #found
      found[n + 1], found[n + 2], found[n + 3], found[n + 4] = page[i], page[i + 1], every[1], every[2]
    end
  end
  return found
end`;

/**
 * KEYS: job schedulers. ARGV: ms since 1970, limit. Answers, as PAGE, schedulers whose next run is later than
 * their interval after that time. If more schedulers than the limit run after that time, every other call looks
 * at those that run last, where schedulers with the same interval are if they are postponed, and the rest at others.
 */
const POSTPONED = new Script(`${DESCRIBE}
local limit = tonumber(ARGV[2])
local count = redis.call('ZCOUNT', KEYS[1], '(' .. ARGV[1], '+inf')
local micros = redis.call('TIME')[2]
local from = count > limit and micros % 2 == 1 and micros % (count - limit + 1) or 0
-- By rank: a LIMIT would walk over all schedulers before the first one.
local later = count > 0 and redis.call('ZREVRANGE', KEYS[1], from, math.min(from + limit, count) - 1, 'WITHSCORES') or {}
return describe(later, function(next, every) return every and tonumber(next) > ARGV[1] + every end)`);

/**
 * KEYS: job schedulers. ARGV: ids. Answers one text, which is faster to read than many: the next run and the
 * interval of each scheduler, separated by spaces, with '-' for a missing value.
 */
const FIND = new Script(`
local found = {}
for i, next in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(ARGV))) do
  found[2 * i - 1] = next or '-'
  found[2 * i] = next and redis.call('HGET', KEYS[1] .. ':' .. ARGV[i], 'every') or '-'
end
return table.concat(found, ' ')`);

/**
 * KEYS: job schedulers. ARGV: first and last index of the page. Answers a flat list: for each scheduler its
 * id, next run, interval and job data.
 */
const PAGE = new Script(`${DESCRIBE}
return describe(redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES'), function() return true end)`);

/** A job scheduler, as stored by BullMQ. */
export interface Schedule {
  readonly id: string;
  /** The key it adds jobs for; undefined if another program created it. */
  readonly key: string | undefined;
  /** Its interval, in ms. */
  readonly everyMs: number | undefined;
  /** Its next run, in ms since 1970. */
  readonly next: number;
}

/** BullMQ's job schedulers, at most one per key. */
export class JobSchedulers {
  constructor(
    private readonly queue: Queue<JobData>,
    private readonly connection: ReturnType<typeof connectRedis>,
  ) {}

  /**
   * Gives each key a job scheduler that adds a job every `everyMs` ms. Changes the key's existing job
   * scheduler, if any.
   */
  async set(keys: readonly string[], everyMs: number): Promise<void> {
    const others = await makeNewSchedulers(this.queue, this.connection, keys, everyMs);
    await inTurns(others, async (key) => {
      const id = keyHash(key);
      await this.queue.upsertJobScheduler(
        id,
        { every: everyMs, offset: phaseMs(id, everyMs) },
        { name: jobName([key]), data: { keys: [key] }, opts: KEEP },
      );
    });
  }

  /** Removes the keys' job schedulers, with their waiting jobs. */
  async removeOf(keys: readonly string[]): Promise<void> {
    await this.remove(keys.map(keyHash));
  }

  /** Removes job schedulers by id. */
  async remove(ids: readonly string[]): Promise<void> {
    await inTurns(ids, async (id) => {
      await this.queue.removeJobScheduler(id);
    });
  }

  /** Each key's job scheduler; `undefined` where it has none. */
  async of(keys: readonly string[]): Promise<(Schedule | undefined)[]> {
    const all: (Schedule | undefined)[] = [];
    for (const part of inParts(keys, AT_ONCE)) {
      const ids = part.map(keyHash);
      const reply = await FIND.run(this.connection, [this.queue.toKey('repeat')], ...ids);
      const found = String(reply).split(' ');
      part.forEach((key, i) => {
        const [next, everyMs] = [numberOf(found[2 * i]), numberOf(found[2 * i + 1])];
        all.push(next === undefined ? undefined : { id: ids[i] ?? '', key, everyMs, next });
      });
    }
    return all;
  }

  /**
   * When each key's next scheduled job is due, in ms since 1970; `null` where the key has no job scheduler.
   * This costs the server a quarter of `of`.
   */
  async nextRuns(keys: readonly string[]): Promise<(number | null)[]> {
    const all: (number | null)[] = [];
    for (const part of inParts(keys, AT_ONCE)) {
      const found = await this.connection.zmscore(this.queue.toKey('repeat'), ...part.map(keyHash));
      all.push(...found.map((next) => (next === null ? null : Number(next))));
    }
    return all;
  }

  /**
   * A page of all job schedulers, in the order of their next runs.
   * @param from number of job schedulers to skip.
   */
  async page(from: number, limit: number): Promise<Schedule[]> {
    const repeat = this.queue.toKey('repeat');
    return described(await PAGE.list(this.connection, [repeat], from, from + limit - 1));
  }

  /** Number of job schedulers. */
  async count(): Promise<number> {
    return await this.connection.zcard(this.queue.toKey('repeat'));
  }

  /**
   * Finds job schedulers that have stopped: their next run is long past, and its job is missing. (If a run
   * only waits for a free worker, its job exists.)
   * @param limit maximum number of late job schedulers to check.
   */
  async stopped(limit: number): Promise<Schedule[]> {
    const repeat = this.queue.toKey('repeat');
    const ids = new Set(await STOPPED.texts(this.connection, [repeat], Date.now() - OVERDUE_MS, limit));
    return ids.size === 0 ? [] : (await this.page(0, limit)).filter(({ id }) => ids.has(id));
  }

  /**
   * Finds job schedulers whose next run is later than their interval from now: a process whose clock was ahead
   * has set it. Until then, the key would have no scheduled run.
   * @param limit maximum number of job schedulers to check; if there are more, each call checks others.
   */
  async postponed(limit: number): Promise<Schedule[]> {
    return described(
      await POSTPONED.list(this.connection, [this.queue.toKey('repeat')], Date.now() + OVERDUE_MS, limit),
    );
  }
}

/** Parses the answer of DESCRIBE. */
function described(reply: readonly unknown[]): Schedule[] {
  return inParts(reply, 4).map(([id, next, every, data]) => ({
    id: String(id),
    next: Number(next),
    key: keyIn(data),
    everyMs: numberOf(every),
  }));
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
    return undefined; // another program's job scheduler
  }
}
