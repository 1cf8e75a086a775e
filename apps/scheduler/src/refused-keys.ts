import { isKeyType } from '@redis-to-mongo/key-types';
import { clearErrors, settleKeyLetters } from '@redis-to-mongo/mongo-sink';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { typesOf } from '@redis-to-mongo/redis-source';

export interface RefusedKeysOptions {
  readonly redis: Parameters<typeof typesOf>[0];
  readonly db: Parameters<typeof settleKeyLetters>[0];
  readonly wanted: (keyId: string) => boolean;
  readonly types: readonly KeyType[];
}

/** Interval at which such dead letters are looked for, in ms. */
const EVERY_MS = 5_000;

/**
 * Clears the dead letters of keys whose document MongoDB now accepts, or that are no longer mirrored; and the
 * errors of keys that are no longer mirrored.
 */
export class RefusedKeys {
  #againAt = Number.NEGATIVE_INFINITY;
  /** The last dead letter that was examined. */
  #after = '';
  /** The failing key that was examined last. */
  #afterError: Parameters<typeof clearErrors>[2];

  constructor(private readonly options: RefusedKeysOptions) {}

  /** @throws SyncError as source and sink do. */
  async settle(): Promise<void> {
    if (performance.now() < this.#againAt) return;
    const { redis, db, wanted, types } = this.options;
    const isGone = async (keys: readonly string[]) => {
      const answers = await typesOf(redis, keys);
      return keys.map((key, i) => {
        const type = answers[i];
        return !wanted(key) || !isKeyType(type) || !types.includes(type);
      });
    };
    this.#after = await settleKeyLetters(db, isGone, this.#after);
    const isLeft = (key: string, type: unknown) => !wanted(key) || (isKeyType(type) && !types.includes(type));
    this.#afterError = await clearErrors(db, isLeft, this.#afterError);
    this.#againAt = performance.now() + EVERY_MS;
  }
}
