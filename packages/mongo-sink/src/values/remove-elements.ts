import type { ReplaceWrite } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { mongoError } from '../errors/mongo-error.js';
import type { ElementDocument } from './value-manifest.js';
import { pathsIn } from './value-place.js';

const IDS_AT_ONCE = 200;

/** Removes the element documents of a value that is inline now: those of all attempts up to the given one, in these shapes. */
export async function removeElements(
  db: Db,
  { memberCollection }: Pick<ReplaceWrite, 'memberCollection'>,
  key: string,
  attempts: number,
  shapes: readonly boolean[] = [false],
): Promise<void> {
  try {
    const elements = db.collection<ElementDocument>(memberCollection);
    for (const isShaped of shapes) {
      const which = pathsIn(isShaped, { key, since: { $lte: attempts } });
      for (;;) {
        const some = await elements.find(which, { projection: { _id: 1 }, limit: IDS_AT_ONCE }).toArray();
        if (some.length === 0) break;
        await elements.deleteMany({ _id: { $in: some.map(({ _id }) => _id) } });
      }
    }
    await db.collection('value_fingerprints').deleteMany({ key, generation: { $lte: attempts } });
  } catch (error) {
    throw mongoError(error);
  }
}
