import type { JobQueue } from '@redis-to-mongo/job-queue';
import { isKeyType, KEY_TYPES } from '@redis-to-mongo/key-types';
import { knownKeys } from '@redis-to-mongo/mongo-sink';
import { type KeyType, membersOf } from '@redis-to-mongo/pipeline';
import { HIDDEN_TYPE, otherDatabasesHaveKeys, typesOf } from '@redis-to-mongo/redis-source';

export interface ChangedKeysOptions {
  readonly redis: Parameters<typeof typesOf>[0];
  readonly queue: Pick<JobQueue, 'due'>;
  readonly db: Parameters<typeof knownKeys>[0];
  readonly types: readonly KeyType[];
}

/** How long it is taken for granted whether other databases have keys, in ms. */
const KNOWN_MS = 5_000;
/** Keys of other types that are remembered: those that changed last. */
const KNOWN_AT_MOST = 10_000;

/**
 * Leaves out changed keys that would cost a job in vain. Those are:
 * - Names of other databases of the source's server. Two fleets there would give each other work forever, since each
 *   hears of the other's jobs.
 * - Keys of types that are not mirrored. Their first change goes through: the key may have been of another type before,
 *   and its run retires it then.
 */
export class ChangedKeys {
  readonly #options: ChangedKeysOptions;
  readonly #otherTypes = new Set<string>();
  #haveOthersKeys = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ChangedKeysOptions) {
    this.#options = options;
  }

  /**
   * @param hidesKeys there are keys that the user may not read.
   * @throws SyncError as typesOf, and where queue or target do not answer.
   */
  async choose(keys: readonly string[], hidesKeys: boolean): Promise<readonly string[]> {
    const { redis, types } = this.#options;
    if (performance.now() - this.#askedAt > KNOWN_MS) {
      this.#haveOthersKeys = await otherDatabasesHaveKeys(redis);
      this.#askedAt = performance.now();
    }
    const isAll = types.length === KEY_TYPES.length && !hidesKeys;
    if (keys.length === 0 || (isAll && !this.#haveOthersKeys)) return keys;
    const found = await typesOf(redis, keys);
    const absent = this.#haveOthersKeys ? keys.filter((_, i) => found[i] === undefined) : [];
    const foreign = await this.#foreign(absent);
    return keys.filter((key, i) => !foreign.has(key) && (isAll || this.#isOfInterest(key, found[i])));
  }

  async #foreign(absent: readonly string[]): Promise<ReadonlySet<string>> {
    if (absent.length === 0) return new Set();
    // In this order: a key that is being read for the first time is due until MongoDB knows it.
    const due = await this.#options.queue.due.among(absent);
    const known = await knownKeys(this.#options.db, absent);
    return new Set(absent.filter((key) => !due.has(key) && !known.has(key)));
  }

  #isOfInterest(key: string, type: unknown): boolean {
    const wasOther = this.#otherTypes.delete(key);
    if (type === undefined || (isKeyType(type) && this.#options.types.includes(type))) return true;
    // What the user may not read is left out, as a sweep does. It is not known to be gone.
    if (membersOf(type).unknown === HIDDEN_TYPE) return false;
    this.#otherTypes.add(key);
    for (const oldest of this.#otherTypes) {
      if (this.#otherTypes.size <= KNOWN_AT_MOST) break;
      this.#otherTypes.delete(oldest);
    }
    return !wasOther;
  }
}
