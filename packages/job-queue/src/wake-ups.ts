import type { connectRedis } from '@redis-to-mongo/redis-connection';
import type { Queue } from 'bullmq';
import { claimKey } from './claim-scripts.js';
import { type JobData, KEYS_TOGETHER } from './job-data.js';
import { jobName } from './job-name.js';
import { KEEP } from './kept-jobs.js';
import { OWE, OWE_TOGETHER, OWED, owedKey, wokenKey } from './owed-keys.js';
import type { QueueSettings } from './queue-settings.js';
import { schedulerId } from './scheduler-id.js';

/** Keys in one step: enough to fill the connection, few enough not to hold up the server. */
const AT_ONCE = 500;
/** A key that failed in a job for several is tried again after so many ms. */
const AGAIN_MS = 500;
const [NEEDS_JOB, LEFT_ALONE] = [1, 2];

/** Adds jobs out of turn, and notes whom they are owed to. */
export class WakeUps {
  readonly #queue: Queue<JobData>;
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #settings: QueueSettings;
  readonly #owed: string;
  readonly #woken: string;
  /** Keys that are noted as having a job that waits, which could not be added. */
  readonly #unsure = new Set<string>();

  constructor(queue: Queue<JobData>, redis: ReturnType<typeof connectRedis>, settings: QueueSettings) {
    this.#queue = queue;
    this.#redis = redis;
    this.#settings = settings;
    this.#owed = owedKey(settings);
    this.#woken = wokenKey(settings);
  }

  /** A job for each key. */
  async alone(keys: readonly string[]): Promise<void> {
    for (const part of inParts(keys, AT_ONCE)) {
      const jobs = part.map((key) => ({ name: jobName([key]), data: { key }, opts: optionsFor(key) }));
      await Promise.all([OWE.run(this.#redis, [this.#owed], ...part), this.#queue.addBulk(jobs)]);
    }
  }

  /**
   * A job for several keys each, without those that such a job waits for already.
   * @param unlessKept leaves those alone whose claim is kept: see Claims.
   * @returns the keys that were left alone.
   */
  async together(keys: readonly string[], unlessKept = false): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    for (const part of inParts(keys, AT_ONCE)) {
      const claims = unlessKept ? part.map((key) => claimKey(this.#settings, key)) : [];
      const reply = await OWE_TOGETHER.run(this.#redis, [this.#owed, this.#woken, ...claims], ...part);
      const answers: readonly unknown[] = Array.isArray(reply) ? reply : [];
      const fresh = part.filter((key, i) => {
        if (answers[i] === LEFT_ALONE) kept.add(key);
        return this.#unsure.delete(key) || answers[i] === NEEDS_JOB;
      });
      try {
        await this.#add(fresh);
      } catch (error) {
        for (const key of fresh) this.#unsure.add(key);
        throw error;
      }
    }
    return kept;
  }

  /** One more job for a key that failed in one for several. */
  async again(key: string): Promise<void> {
    await this.#queue.add(jobName([key]), { key }, { ...optionsFor(key), delay: AGAIN_MS });
  }

  /** See JobQueue. */
  async owed(ms: number, limit: number): Promise<string[]> {
    const reply = await OWED.run(this.#redis, [this.#owed], ms, limit);
    return Array.isArray(reply) ? reply.map(String) : [];
  }

  async #add(keys: readonly string[]): Promise<void> {
    const jobs = inParts(keys, KEYS_TOGETHER).map((part) => ({
      name: jobName(part),
      data: { keys: part },
      opts: KEEP,
    }));
    const [first] = jobs;
    if (first && jobs.length === 1) await this.#queue.add(first.name, first.data, first.opts);
    else if (first) await this.#queue.addBulk(jobs);
  }
}

/** At most one such job of a key waits while another one runs. Source: https://docs.bullmq.io/guide/jobs/deduplication */
function optionsFor(key: string) {
  return {
    ...KEEP,
    deduplication: { id: schedulerId(key), keepLastIfActive: true },
    attempts: 8,
    backoff: { type: 'capped' },
  };
}

function inParts<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += size) parts.push(items.slice(i, i + size));
  return parts;
}
