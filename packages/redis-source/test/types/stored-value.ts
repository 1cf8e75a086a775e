import { readUnits } from '@redis-to-mongo/mongo-sink';
import { bytesOf } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';

export interface StoredNames {
  readonly collection: string;
  readonly memberCollection: string;
}

/** The header of a value that is there, and its units where it has them; `null` where the value is gone. */
export async function storedValue(
  db: Db,
  { collection, memberCollection }: StoredNames,
  key: string,
): Promise<{ header: Document; units: Document[] | undefined } | null> {
  const header = await db.collection<{ _id: string } & Document>(collection).findOne({ _id: key });
  if (!header?.active) return null;
  const units =
    header.form === 'members' ? await readUnits(db, { collection, memberCollection }, key) : undefined;
  return { header, units };
}

/** The bytes of a stored text, as hexadecimal digits. */
export function hexOf(stored: unknown): string {
  return bytesOf(stored).toString('hex');
}
