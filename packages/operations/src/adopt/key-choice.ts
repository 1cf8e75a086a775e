import { type Adoption, knownKeys } from '@redis-to-mongo/mongo-sink';
import type { Db } from './adopt-old-engine.js';

/**
 * Whether a key is to be adopted. `adopted`: an earlier run has done it. `left`: the reason why it is not.
 */
export type Choice = 'free' | 'adopted' | { readonly left: string };

/** Why a document is left whose key was taken from another one. */
export const OTHER_COLLECTION = 'the same key in another collection';

/** Decides once for each key whether to adopt it. */
export class KeyChoice {
  readonly #choices = new Map<string, Choice>();

  constructor(
    private readonly db: Db,
    private readonly wanted: (key: string) => boolean,
  ) {}

  /** Decides about these keys. @throws SyncError as mongoError. */
  async load(keys: Iterable<string>): Promise<void> {
    const asked = [...new Set(keys)].filter((key) => !this.#choices.has(key));
    if (asked.length === 0) return;
    const known = await knownKeys(this.db, asked);
    for (const key of asked) this.#choices.set(key, this.#decide(key, known));
  }

  /** The choice for a loaded key. */
  of(key: string): Choice {
    return this.#choices.get(key) ?? 'free';
  }

  /** Notes that this run has taken a key. The same key in another old collection, of another type, is left. */
  take(key: string): void {
    this.#choices.set(key, { left: OTHER_COLLECTION });
  }

  #decide(key: string, known: ReadonlyMap<string, Adoption | undefined>): Choice {
    if (!this.wanted(key)) return { left: 'the configuration does not select the key' };
    if (!known.has(key)) return 'free';
    return known.get(key) ? 'adopted' : { left: 'the fleet already mirrors the key' };
  }
}
