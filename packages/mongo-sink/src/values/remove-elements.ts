import type { ReplaceWrite } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { deleteWhere } from '../commands/by-ids.js';
import type { Stored } from '../database/stored.js';
import { mongoError } from '../errors/mongo-error.js';
import { pathsIn } from './value-place.js';

/**
 * Removes the elements of a value that is now inline: those that attempts up to `attempts` added, in one
 * shape.
 */
export async function removeElements(
  db: Db,
  { memberCollection }: Pick<ReplaceWrite, 'memberCollection'>,
  key: string,
  attempts: number,
  isShaped: boolean,
): Promise<void> {
  try {
    const elements = db.collection<Stored>(memberCollection);
    await deleteWhere(elements, pathsIn(isShaped, { key, since: { $lte: attempts } }));
    await db.collection('value_fingerprints').deleteMany({ key, generation: { $lte: attempts } });
  } catch (error) {
    throw mongoError(error);
  }
}
