import { GroupCommit, groupBy, headOf, type KeyState } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { throwMongoError } from '../errors/mongo-error.js';
import { MANIFEST_PROJECTION } from './value-manifest.js';
import { documentIdOf, idText, ownerOf, pathIn, type StoredId, type StoredValue } from './value-place.js';

const PROJECTION = { ...MANIFEST_PROJECTION, active: 1, [pathIn(true, 'active')]: 1 };

/** Limits of one command, in keys and in bytes of their names. */
const MOST_KEYS = 1_000;
const MOST_BYTES = 4 * 1024 * 1024;

interface Place {
  readonly collection: string;
  readonly state: KeyState;
}

/** Finds out whether keys have an active value document. Queries of concurrent runs share commands. */
export class ActiveValues {
  readonly #groups: GroupCommit<Place, boolean>;

  constructor(private readonly db: Db) {
    this.#groups = new GroupCommit((places) => this.#among(places), {
      weight: 1,
      weigh: ({ state: { key } }) => Math.max(1 / MOST_KEYS, (3 * key.length) / MOST_BYTES),
      concurrency: 2,
    });
  }

  /** Whether the key has an active document in the collection. @throws SyncError as mongoError. */
  async has(collection: string, state: KeyState): Promise<boolean> {
    return await this.#groups.submit({ collection, state });
  }

  async #among(places: readonly Place[]): Promise<boolean[]> {
    const active = new Set<string>();
    const byCollection = groupBy(places, ({ collection }) => collection);
    await Promise.all(
      [...byCollection].map(async ([collection, its]) => {
        const $in = its.map(({ state }) => documentIdOf(state));
        const found = await this.db
          .collection<StoredValue>(collection)
          .find({ _id: { $in } }, { projection: PROJECTION })
          .toArray()
          .catch(throwMongoError);
        for (const document of found)
          if (headOf(document).active === true)
            active.add(nameOf(collection, document._id, ownerOf(document)));
      }),
    );
    return places.map(({ collection, state }) =>
      active.has(nameOf(collection, documentIdOf(state), state.key)),
    );
  }
}

/** Names a document, and the key that owns it. */
function nameOf(collection: string, id: StoredId, key: unknown): string {
  return JSON.stringify([collection, idText(id), key]);
}
