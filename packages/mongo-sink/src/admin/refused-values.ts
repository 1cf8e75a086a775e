import { type Item, valueType } from '@redis-to-mongo/key-types';
import { type KeyState, type KeyType, messageIdPrefix } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { lettersIn } from '../database/stored.js';
import { readDeadLetter } from '../dead-letters/dead-letters.js';
import { type MirroredValue, valueIn } from '../values/mirrored-values.js';

type Incarnation = Pick<KeyState, 'key' | 'incarnation'>;

/**
 * The last value of a key's present incarnation, where MongoDB refused it: by its dead letter. `undefined` where it did not.
 * @throws SyncError MIRROR_DAMAGED, or as mongoError.
 */
export async function refusedValue(
  db: Db,
  keyType: KeyType,
  { key, incarnation }: Incarnation,
): Promise<MirroredValue | undefined> {
  return await connected(db, async () => {
    const document = await readDeadLetter(db, `${messageIdPrefix(key, incarnation)}value`);
    return document && valueIn(valueType(keyType), document);
  });
}

/**
 * The items of a large value that MongoDB has refused in its present incarnation, by their dead letters: those that the value does not
 * hold anymore, too. `undefined` where there are pieces among them, of an item too large for one document, or of a text.
 * @throws as refusedValue.
 */
export async function refusedItems(
  db: Db,
  keyType: KeyType,
  { key, incarnation }: Incarnation,
): Promise<readonly Item[] | undefined> {
  const type = valueType(keyType);
  const prefix = messageIdPrefix(key, incarnation);
  return await connected(db, async () => {
    const letters = lettersIn(db).find(
      { _id: { $gt: `${prefix}unit:`, $lt: `${prefix}unit;` }, kind: 'unit' },
      { projection: { _id: 1 } },
    );
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
