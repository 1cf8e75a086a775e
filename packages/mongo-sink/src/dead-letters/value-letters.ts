import { type KeyState, messageIdPrefix, type ValueDocument } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { lettersIn } from '../database/stored.js';
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

/**
 * A later state of the value is in MongoDB as a whole: nothing of this incarnation, neither the value nor an element, is left to replay.
 * Asks only for a key that has had dead letters.
 * @returns how many records that count as dead have no letter anymore.
 * @throws SyncError as mongoError.
 */
export async function dropValueLetters(db: Db, state: KeyState): Promise<number> {
  const { key, incarnation, stream, type, counts } = state;
  if (counts.dead === 0) return 0;
  const prefix = messageIdPrefix(key, incarnation);
  const range = { $gt: `${prefix}unit:`, $lte: `${prefix}value` };
  try {
    const letters = lettersIn(db);
    const found = await letters
      .find({ _id: range, kind: { $in: ['unit', 'value'] } }, { projection: { _id: 1 } })
      .toArray();
    await removeLetters(
      db,
      found.map(({ _id }) => _id),
    );
    return Math.max(0, counts.dead - (await letters.countDocuments({ stream, type })));
  } catch (error) {
    throw mongoError(error);
  }
}

function idOf({ key, incarnation }: KeyState): string {
  return `${messageIdPrefix(key, incarnation)}value`;
}
