import { elementsOf, parseManifest } from '@redis-to-mongo/mongo-sink';
import { bytesOf } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';

export interface StoredNames {
  readonly collection: string;
  readonly memberCollection: string;
}

/** The manifest of a value that is there, and its elements where it has them; `null` where the value is gone. */
export async function storedValue(
  db: Db,
  { collection, memberCollection }: StoredNames,
  key: string,
): Promise<{ manifest: Document; elements: Document[] | undefined } | null> {
  const manifest = await db.collection<{ _id: string } & Document>(collection).findOne({ _id: key });
  if (!manifest?.active) return null;
  if (manifest.form !== 'members') return { manifest, elements: undefined };
  const elements = await db
    .collection<{ _id: string; key: string; since: number; until: number | null }>(memberCollection)
    .find(elementsOf(parseManifest(manifest)))
    .sort({ _id: 1 })
    .toArray();
  return { manifest, elements };
}

/** The bytes of a stored text, as hexadecimal digits. */
export function hexOf(stored: unknown): string {
  return bytesOf(stored).toString('hex');
}
