import { type Item, valueType } from '@redis-to-mongo/key-types';
import { type KeyState, type KeyType, messageIdPrefix } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { lettersIn } from '../database/stored.js';
import { readDeadLetter } from '../dead-letters/dead-letters.js';
import { type MirroredValue, readMirroredValue, valueIn } from '../values/mirrored-values.js';

type Incarnation = Pick<KeyState, 'key' | 'incarnation' | 'stream' | 'type'>;

/**
 * Reads the last value of a key's present incarnation from its dead letter. `undefined` if MongoDB did not
 * refuse it.
 * @throws SyncError MIRROR_DAMAGED, or as mongoError.
 */
export async function refusedValue(
  db: Db,
  keyType: KeyType,
  { key, incarnation }: Incarnation,
): Promise<MirroredValue | undefined> {
  return await connected(db, async () => {
    const _id = `${messageIdPrefix(key, incarnation)}value`;
    const letter = await lettersIn(db).findOne({ _id }, { projection: { at: 1 } });
    const document = letter && (await readDeadLetter(db, _id));
    return document ? valueIn(valueType(keyType), document, letter.at) : undefined;
  });
}

/** Reads a key's last value: the stored one, or its dead letter if that is newer. @throws as refusedValue. */
export async function readLastValue(
  db: Db,
  keyType: KeyType,
  state: KeyState,
): Promise<MirroredValue | undefined> {
  const mirrored = await readMirroredValue(db, keyType, state);
  if (state.counts.dead === 0) return mirrored;
  const refused = await refusedValue(db, keyType, state);
  return refused && (!mirrored?.active || refused.syncedAt > mirrored.syncedAt) ? refused : mirrored;
}

/**
 * Reads the items of a large value that MongoDB refused in its present incarnation, from their dead letters.
 * Items that the value no longer holds are included. `undefined` if a dead letter holds a piece: of a text,
 * or of an item too large for one document.
 * @throws as refusedValue.
 */
export async function refusedItems(
  db: Db,
  keyType: KeyType,
  { key, incarnation, stream, type: part }: Incarnation,
): Promise<readonly Item[] | undefined> {
  const type = valueType(keyType);
  const prefix = messageIdPrefix(key, incarnation);
  return await connected(db, async () => {
    const _id = { $gt: `${prefix}unit:`, $lt: `${prefix}unit;` };
    const letters = lettersIn(db).find({ _id, kind: 'unit', stream, type: part }, { projection: { _id: 1 } });
    const items: Item[] = [];
    for await (const { _id } of letters) {
      const element = await readDeadLetter(db, _id);
      if (!element) continue; // dropped meanwhile
      if (type.shape.order === 'indexed' || element.parts !== undefined) return undefined;
      items.push(type.stored.element(element));
    }
    return items;
  });
}
