import { bulksOf, inParts } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { Job, type Queue } from 'bullmq';
import { type BookkeepingKeys, bookkeepingKeys } from './bookkeeping.js';
import {
  ABANDONED,
  IS_TAILED,
  MARK_INTERRUPTED,
  NEEDS_JOB,
  OVERDUE,
  REQUEST,
  UNDER_WAY,
} from './due-scripts.js';
import { type JobData, KEYS_PER_JOB } from './job-data.js';
import { jobName } from './job-name.js';
import { KEEP } from './kept-jobs.js';
import { SCORES_PER_MS } from './new-job-schedulers.js';
import type { QueueSettings } from './queue-settings.js';
import { keyHash } from './scheduler-id.js';
import { NOW, Script } from './script.js';

/** Keys per command: enough to fill the connection, few enough not to hold up the server. */
const AT_ONCE = 500;
/** The limits of a job. Finished jobs are kept for a while with the names of their keys, so their characters count. */
const JOB_LIMITS = { sizeOf: (key: string) => key.length, size: 64 * 1024, count: KEYS_PER_JOB };
/** A key that failed is retried after this many ms, then with a capped exponential backoff. */
const AGAIN_MS = 500;
/** A request of a tailed stream is older than this, in ms, only if its worker does not read. Idle streams are released before. */
const UNREAD_MS = 5_000;
const ATTEMPTS = 8;

/**
 * The keys that are due. A key is due from its request until a run that began after the request has
 * succeeded. Requesting a due key again adds nothing: the key has a job, or `overdue` reports it.
 */
export class DueKeys {
  readonly #names: BookkeepingKeys;

  constructor(
    private readonly queue: Queue<JobData>,
    private readonly redis: ReturnType<typeof connectRedis>,
    settings: QueueSettings,
  ) {
    this.#names = bookkeepingKeys(settings);
  }

  /**
   * Requests a sync of keys now; see JobQueue.
   * @param leavesTailed skips streams that a worker tails; that worker reads them by itself.
   * @param ageMs ms since the first of their changes was reported; the keys count as due since then.
   * @returns the keys that were skipped.
   */
  async request(keys: readonly string[], leavesTailed: boolean, ageMs = 0): Promise<ReadonlySet<string>> {
    const tailed = new Set<string>();
    for (const part of inParts([...new Set(keys)], AT_ONCE)) {
      const answers = await REQUEST.numbers(this.redis, this.#names, leavesTailed ? 1 : 0, ageMs, ...part);
      for (const [i, key] of part.entries()) if (answers[i] === IS_TAILED) tailed.add(key);
      // If this fails, the keys stay due, and `overdue` reports them later: another caller may have relied on
      // this job.
      await this.addJobs(part.filter((_, i) => answers[i] === NEEDS_JOB));
    }
    return tailed;
  }

  /** Finds which of these keys are due. */
  async among(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const due = new Set<string>();
    for (const part of inParts(keys, AT_ONCE)) {
      const since = await this.redis.zmscore(this.#names[0], ...part);
      for (const [i, key] of part.entries()) if (since[i] !== null) due.add(key);
    }
    return due;
  }

  /** Adds jobs for due keys that have no job; see `ClaimEnd`. */
  async addJobs(keys: readonly string[]): Promise<void> {
    const jobs = [...bulksOf(keys, JOB_LIMITS)].map((part) => ({
      name: jobName(part),
      data: { keys: part },
      opts: KEEP,
    }));
    const [first] = jobs;
    if (first && jobs.length === 1) await this.queue.add(first.name, first.data, first.opts);
    else if (first) await this.queue.addBulk(jobs);
  }

  /**
   * Adds a job for each key, which is retried with a capped exponential backoff. A key has at most one such
   * job at a time. Source: https://docs.bullmq.io/guide/jobs/deduplication
   * @param delayMs wait before the first try; 0 for keys that may have no job anymore.
   */
  async retry(keys: readonly string[], delayMs = AGAIN_MS): Promise<void> {
    for (const part of inParts(keys, AT_ONCE)) {
      if (delayMs === 0) await this.#replaceMisplaced(part);
      const jobs = part.map((key) => ({
        name: jobName([key]),
        data: { keys: [key] },
        opts: {
          ...KEEP,
          deduplication: { id: keyHash(key), keepLastIfActive: true },
          attempts: ATTEMPTS,
          backoff: { type: 'capped' },
          delay: delayMs,
        },
      }));
      await this.queue.addBulk(jobs);
    }
  }

  /**
   * Runs or removes retries that would not run. Otherwise such a retry would block any other retry of its
   * key; see MISPLACED.
   */
  async #replaceMisplaced(keys: readonly string[]): Promise<void> {
    const places = PLACES.map((place) => this.queue.toKey(place));
    const prefixes = [this.queue.toKey('de:'), this.queue.toKey('')];
    const ids = await MISPLACED.texts(this.redis, places, ...prefixes, ...keys.map(keyHash));
    for (const id of ids) await Job.fromId<JobData>(this.queue, id).then((found) => found?.promote());
  }

  /** Finds at most `limit` keys that have been due for at least `ms` and that no worker works on. */
  async overdue(ms: number, limit: number): Promise<string[]> {
    return await OVERDUE.texts(this.redis, this.#names, ms, limit);
  }

  /**
   * Finds keys whose workers died while they worked on them or tailed them, and tailed streams whose worker has not
   * read their changes for UNREAD_MS: it may hang in a write.
   */
  async abandoned(): Promise<string[]> {
    return await this.#scan(ABANDONED, UNREAD_MS);
  }

  /**
   * Finds the keys that have a claim, each with a token of its run. The token is empty if the run failed or
   * was overtaken, or its worker is dead.
   */
  async runsUnderWay(): Promise<ReadonlyMap<string, string>> {
    const found = await this.#scan(UNDER_WAY);
    return new Map(inParts(found, 2).map(([key = '', run = '']) => [key, run]));
  }

  /**
   * Makes the next run of each key write the value again, or retire the key, whatever the saved state says;
   * see `Claim.wasInterrupted`.
   */
  async markInterrupted(keys: readonly string[]): Promise<void> {
    for (const part of inParts(keys, AT_ONCE)) await MARK_INTERRUPTED.run(this.redis, this.#names, ...part);
  }

  /**
   * Runs a script that takes a cursor and a count, and answers the next cursor and texts, until the cursor is
   * 0.
   * @returns all texts.
   */
  async #scan(script: typeof ABANDONED, ...args: readonly number[]): Promise<string[]> {
    const found: string[] = [];
    let cursor = '0';
    do {
      const reply = await script.run(this.redis, this.#names, cursor, AT_ONCE, ...args);
      const [next, texts] = Array.isArray(reply) ? reply : [];
      cursor = String(next ?? '0');
      if (Array.isArray(texts)) found.push(...texts.map(String));
    } while (cursor !== '0');
    return found;
  }
}

/** No retry waits longer than this, in ms: twice the longest backoff. */
const LONGEST_MS = 60_000;
/** Longer lists are not searched, since that would hold up the server. */
const SEARCHED = 1_000;

/** Where a job can be that has not ended: two sorted sets, then three lists. */
const PLACES = ['delayed', 'prioritized', 'wait', 'paused', 'active'] as const;

/**
 * Finds retries that will not run, though each is the only retry that its key may have:
 * - retries due later than any retry can be: the clock of the process that delayed them was wrong. Answers
 *   their job ids.
 * - retries that are in none of the PLACES: the server refused a command in the middle of BullMQ's script.
 *   Deletes their records, so that the retry can be added again.
 * KEYS: PLACES. ARGV: prefix of deduplication keys, prefix of jobs, deduplication ids.
 */
const MISPLACED = new Script(`${NOW}
local latest = (now + ${LONGEST_MS}) * ${SCORES_PER_MS}
local areShort = true
for i = 3, 5 do areShort = areShort and redis.call('LLEN', KEYS[i]) <= ${SEARCHED} end
local listed
local function isNowhere(job)
  if not areShort or redis.call('ZSCORE', KEYS[2], job) then return false end
  if not listed then
    listed = {}
    for i = 3, 5 do
      for _, id in ipairs(redis.call('LRANGE', KEYS[i], 0, -1)) do listed[id] = true end
    end
  end
  return not listed[job]
end
local found = {}
for i = 3, #ARGV do
  local job = redis.call('GET', ARGV[1] .. ARGV[i])
  local score = job and redis.call('ZSCORE', KEYS[1], job)
  if score then
    if tonumber(score) > latest then found[#found + 1] = job end
  elseif job and isNowhere(job) then
    redis.call('DEL', ARGV[1] .. ARGV[i], ARGV[2] .. job)
  end
end
return found`);
