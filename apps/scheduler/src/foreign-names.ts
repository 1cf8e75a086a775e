import type { JobQueue } from '@redis-to-mongo/job-queue';
import { knownKeys } from '@redis-to-mongo/mongo-sink';
import { otherDatabasesHaveKeys, typesOf } from '@redis-to-mongo/redis-source';

export interface ForeignNamesOptions {
  readonly redis: Parameters<typeof typesOf>[0];
  readonly queue: Pick<JobQueue, 'due'>;
  readonly db: Parameters<typeof knownKeys>[0];
}

/** How long it is taken for granted whether other databases have keys, in ms. */
const KNOWN_MS = 5_000;

/**
 * Leaves out changed names of other databases of the source's server: each would cost a job. Two fleets there would give
 * each other work forever, since each hears of the other's jobs.
 */
export class ForeignNames {
  readonly #options: ForeignNamesOptions;
  #areThere = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ForeignNamesOptions) {
    this.#options = options;
  }

  /** @throws SyncError as typesOf, and where queue or target do not answer. */
  async choose(keys: readonly string[]): Promise<readonly string[]> {
    const { redis, queue, db } = this.#options;
    if (performance.now() - this.#askedAt > KNOWN_MS) {
      this.#areThere = await otherDatabasesHaveKeys(redis);
      this.#askedAt = performance.now();
    }
    if (!this.#areThere || keys.length === 0) return keys;
    const types = await typesOf(redis, keys);
    const absent = keys.filter((_, i) => types[i] === undefined);
    if (absent.length === 0) return keys;
    // In this order: a key that is being read for the first time is due until MongoDB knows it.
    const due = await queue.due.among(absent);
    const known = await knownKeys(db, absent);
    const foreign = new Set(absent.filter((key) => !due.has(key) && !known.has(key)));
    return keys.filter((key) => !foreign.has(key));
  }
}
