import { isKeyType } from '@redis-to-mongo/key-types';
import { clearProblems, settleKeyLetters } from '@redis-to-mongo/mongo-sink';
import { typesOf } from '@redis-to-mongo/redis-source';
import type { SweepOptions } from './sweep.js';

export type StaleProblemsOptions = Pick<SweepOptions, 'redis' | 'db' | 'wanted' | 'types'>;

/** Interval at which such problems are looked for, in ms. */
const EVERY_MS = 5_000;

/**
 * Clears the problems that no run would clear: the dead letters of keys whose document MongoDB now accepts, or
 * that are no longer mirrored; the errors and the lag of keys that are no longer mirrored.
 */
export class StaleProblems {
  #againAt = Number.NEGATIVE_INFINITY;
  /** The last dead letter that was examined. */
  #after = '';
  /** The failing key, and the key that is behind, that were examined last. */
  #afterFailing: Parameters<typeof clearProblems>[3];
  #afterBehind: Parameters<typeof clearProblems>[3];

  constructor(private readonly options: StaleProblemsOptions) {}

  /** @throws SyncError as source and sink do. */
  async clear(): Promise<void> {
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
    this.#afterFailing = await clearProblems(db, 'failing', isLeft, this.#afterFailing);
    this.#afterBehind = await clearProblems(db, 'behind', isLeft, this.#afterBehind);
    this.#againAt = performance.now() + EVERY_MS;
  }
}
