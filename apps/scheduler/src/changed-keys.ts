import type { JobQueue } from '@redis-to-mongo/job-queue';
import { isKeyType, KEY_TYPES } from '@redis-to-mongo/key-types';
import { activeAmong } from '@redis-to-mongo/mongo-sink';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { otherDatabasesHaveKeys, typesOf } from '@redis-to-mongo/redis-source';

export interface ChangedKeysOptions {
  readonly redis: Parameters<typeof typesOf>[0];
  readonly queue: Pick<JobQueue, 'due'>;
  readonly db: Parameters<typeof activeAmong>[0];
  readonly types: readonly KeyType[];
}

/** For how long the answer whether other databases have keys is reused, in ms. */
const KNOWN_MS = 5_000;
/** Maximum number of remembered keys of other types; the most recently changed are kept. */
const KNOWN_AT_MOST = 10_000;

/**
 * Leaves out changed keys whose job would do nothing:
 * - Names from other databases of the source's server. Two fleets there would give each other work forever,
 *   because each sees the changes of the other's jobs.
 * - Keys of types that are not mirrored, unless MongoDB has them. If it has, the key's type has changed, and
 *   its run retires it.
 * - Keys that the user may not read, unless MongoDB has them. If it has, the user lost the privilege, and its
 *   run reports that.
 */
export class ChangedKeys {
  /** Keys of types that are not mirrored or hidden, that are not due, and that MongoDB does not have. */
  readonly #otherTypes = new Set<string>();
  #haveOthersKeys = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: ChangedKeysOptions) {}

  /**
   * @param hidesKeys whether there are keys that the user may not read.
   * @throws SyncError as typesOf, and if queue or target do not answer.
   */
  async choose(keys: readonly string[], hidesKeys: boolean): Promise<readonly string[]> {
    const { redis, types } = this.options;
    if (performance.now() - this.#askedAt > KNOWN_MS) {
      this.#haveOthersKeys = await otherDatabasesHaveKeys(redis);
      this.#askedAt = performance.now();
    }
    const isAll = types.length === KEY_TYPES.length && !hidesKeys;
    if (keys.length === 0 || (isAll && !this.#haveOthersKeys)) return keys;
    const found = await typesOf(redis, keys);
    const kinds = new Map(
      keys.map((key, i) => [key, isAll && found[i] ? 'mirrored' : this.#kindOf(found[i])]),
    );
    const doubtful = keys.filter((key) => {
      const kind = kinds.get(key);
      return kind === 'other' ? !this.#otherTypes.has(key) : kind === 'absent' && this.#haveOthersKeys;
    });
    const unread = await this.#unread(doubtful);
    return keys.filter((key) => {
      const kind = kinds.get(key);
      const isOther = kind === 'other' && (this.#otherTypes.has(key) || unread.has(key));
      this.#note(key, isOther);
      return !isOther && !unread.has(key);
    });
  }

  /** Forgets all remembered keys, because another process may have requested some. */
  forget(): void {
    this.#otherTypes.clear();
  }

  /** Finds the keys that are not due, and that MongoDB does not have as active. */
  async #unread(keys: readonly string[]): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    // Keep this order: a key that is read for the first time is due until MongoDB knows it.
    const due = await this.options.queue.due.among(keys);
    const active = await activeAmong(this.options.db, keys);
    return new Set(keys.filter((key) => !due.has(key) && !active.has(key)));
  }

  #kindOf(type: unknown): 'absent' | 'mirrored' | 'other' {
    if (type === undefined) return 'absent';
    return isKeyType(type) && this.options.types.includes(type) ? 'mirrored' : 'other';
  }

  #note(key: string, isOther: boolean): void {
    this.#otherTypes.delete(key);
    if (!isOther) return;
    this.#otherTypes.add(key);
    for (const oldest of this.#otherTypes) {
      if (this.#otherTypes.size <= KNOWN_AT_MOST) break;
      this.#otherTypes.delete(oldest);
    }
  }
}
