import { type KeyState, messageIdPrefix, type ValueDocument } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import type { ValueRefusal } from './dead-letters.js';
import { mongoError } from './mongo-error.js';

/** The letter of a key's value: one for each life, of the last state that was refused. */
export function valueRefusal(
  state: KeyState,
  collection: string,
  document: ValueDocument,
  code: number,
  reason: string,
): ValueRefusal {
  const { stream, type, key } = state;
  const whole = { _id: key, ...document };
  return { id: idOf(state), kind: 'value', collection, stream, type, document: whole, code, reason };
}

/** A later state of the value is in MongoDB: there is nothing to replay. */
export async function dropValueLetter(db: Db, state: KeyState): Promise<void> {
  const id = idOf(state);
  try {
    const { deletedCount } = await db.collection<{ _id: string }>('dead_letters').deleteOne({ _id: id });
    if (deletedCount > 0) await db.collection('dead_letter_parts').deleteMany({ letter: id });
  } catch (error) {
    throw mongoError(error);
  }
}

function idOf({ key, incarnation }: KeyState): string {
  return `${messageIdPrefix(key, incarnation)}value`;
}
