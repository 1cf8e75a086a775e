import { isKeyType } from '@redis-to-mongo/key-types';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { HIDDEN_TYPE, typesOf } from '@redis-to-mongo/redis-source';

type Redis = Parameters<typeof typesOf>[0];

/** Keys of other types that are remembered: those that changed last. */
const KNOWN_AT_MOST = 10_000;

/**
 * Leaves out changed keys of types that are not mirrored, where the configuration leaves types out: else each change of such a
 * key would cost a run. The first change goes through: the key may have been of another type before, and its run retires it then.
 */
export class MirroredTypes {
  readonly #redis: Redis;
  readonly #types: readonly KeyType[];
  readonly #foreign = new Set<string>();

  constructor(redis: Redis, types: readonly KeyType[]) {
    this.#redis = redis;
    this.#types = types;
  }

  /** @throws SyncError as typesOf. */
  async choose(keys: readonly string[]): Promise<readonly string[]> {
    const types = await typesOf(this.#redis, keys);
    return keys.filter((key, i) => this.#isOfInterest(key, types[i]));
  }

  #isOfInterest(key: string, type: unknown): boolean {
    const wasForeign = this.#foreign.delete(key);
    if (type === undefined || (isKeyType(type) && this.#types.includes(type))) return true;
    // What the user may not read is left out, as a sweep does. It is not known to be gone.
    if (isHidden(type)) return false;
    this.#foreign.add(key);
    for (const oldest of this.#foreign) {
      if (this.#foreign.size <= KNOWN_AT_MOST) break;
      this.#foreign.delete(oldest);
    }
    return !wasForeign;
  }
}

function isHidden(type: unknown): boolean {
  return typeof type === 'object' && type !== null && 'unknown' in type && type.unknown === HIDDEN_TYPE;
}
