import { isValueType } from '@redis-to-mongo/key-types';
import { type KeyState, messageIdPrefix, OURS } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { collectionsOf } from '../database/collection-of.js';
import { documentIdOf, type StoredValue } from '../values/value-place.js';

/** The stored form of a key's current value. */
export interface StoredForm {
  readonly collection: string;
  /** The `_id` of the value's document; for a stream, the common prefix of its entries' `_id`s. */
  readonly id: string;
  /** `entries`: one document per entry. `inline`: one document. `members`: also one per element. */
  readonly form: 'entries' | 'inline' | 'members';
  /** Members, fields or items; bytes of a string or of JSON; `null` for a stream, or if unknown. */
  readonly size: number | null;
}

/**
 * Reads how a key's current value is stored, without its content.
 * @returns `undefined` if there is no document.
 * @throws SyncError as mongoError.
 */
export async function readStoredForm(
  db: Db,
  state: KeyState,
  streamCollection: string,
): Promise<StoredForm | undefined> {
  if (!isValueType(state.keyType)) {
    const id = messageIdPrefix(state.key, state.incarnation);
    return { collection: streamCollection, id: `${id}…`, form: 'entries', size: null };
  }
  const { collection } = collectionsOf(state.keyType, state);
  const id = documentIdOf(state);
  return await connected(db, async () => {
    const projection = { form: 1, size: 1, [`${OURS}.form`]: 1, [`${OURS}.size`]: 1 };
    const found = await db.collection<StoredValue>(collection).findOne({ _id: id }, { projection });
    if (!found) return undefined;
    const { form, size } = { ...found, ...found[OURS] };
    return {
      collection,
      id: String(id),
      form: form === 'members' ? 'members' : 'inline',
      size: typeof size === 'number' ? size : null,
    };
  });
}
