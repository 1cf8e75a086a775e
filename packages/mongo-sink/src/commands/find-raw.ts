import type { Db, Document } from 'mongodb';
import { idBulks } from './by-ids.js';

/** Keeps the documents of the reply as bytes. A cursor of the driver would parse each document, too. */
const RAW = { fieldsAsRaw: { firstBatch: true }, promoteLongs: false };

/**
 * Finds the documents with these ids, as bytes. If one reply cannot hold them all, each half of the ids is
 * requested again.
 * @throws what the driver throws.
 */
export async function findRaw(db: Db, collection: string, ids: readonly string[]): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const some of idBulks(ids)) found.push(...(await findSome(db, collection, some)));
  return found;
}

async function findSome(db: Db, collection: string, ids: readonly string[]): Promise<Uint8Array[]> {
  const filter = { _id: { $in: ids } };
  const { cursor }: Document = await db.command({ find: collection, filter, batchSize: ids.length + 1 }, RAW);
  const { id, firstBatch }: { id: unknown; firstBatch: unknown } = cursor;
  if (!Array.isArray(firstBatch) || !firstBatch.every((document) => document instanceof Uint8Array))
    throw new TypeError('find: a document is not the bytes that were asked for');
  if (String(id) === '0') return firstBatch;
  await db.command({ killCursors: collection, cursors: [id] });
  const half = Math.ceil(ids.length / 2);
  const halves = [ids.slice(0, half), ids.slice(half)];
  return (await Promise.all(halves.map((part) => findSome(db, collection, part)))).flat();
}
