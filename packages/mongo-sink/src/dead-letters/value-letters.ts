import { type KeyState, messageIdPrefix, type ValueDocument } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { mongoError } from '../errors/mongo-error.js';
import { removeLetters, type ValueRefusal } from './dead-letters.js';

/** The letter of a key's value: one for each incarnation, of the last state that was refused. */
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

/** Later states of the values are in MongoDB: there is nothing to replay. Asks only for keys that have had dead letters. */
export async function dropValueLetters(db: Db, states: readonly KeyState[]): Promise<void> {
  const ids = states.filter(({ counts }) => counts.dead > 0).map(idOf);
  if (ids.length === 0) return;
  try {
    await removeLetters(db, ids);
  } catch (error) {
    throw mongoError(error);
  }
}

function idOf({ key, incarnation }: KeyState): string {
  return `${messageIdPrefix(key, incarnation)}value`;
}
