import { inParts } from '@redis-to-mongo/pipeline';
import type { Collection, Document, Filter } from 'mongodb';
import type { Stored } from '../database/stored.js';
import { bulksOf } from './bulks-of.js';

/** Documents that one command deletes. */
const AT_ONCE = 1000;
/** Ids that one statement names: some servers compare each document that they find with every id of its statement. */
const IDS_PER_STATEMENT = 25;

/** What one command names, of ids of any length: a name of a key takes up to 1 MiB, and a command 16 MiB. */
const NAMED_AT_ONCE = { sizeOf: (id: string) => 3 * id.length + 16, bytes: 8 * 1024 * 1024, count: 5000 };

/** Those of the documents named that match a filter, by as many commands as their names take. @throws what the driver throws. */
export async function findByIds(
  documents: Collection<Stored>,
  ids: Iterable<string>,
  projection: Document,
  filter: Filter<Stored> = {},
): Promise<Stored[]> {
  const found: Stored[] = [];
  for (const $in of idBulks(ids))
    found.push(...(await documents.find({ ...filter, _id: { $in } }, { projection }).toArray()));
  return found;
}

/** Ids in as many lists as commands take. */
export function idBulks(ids: Iterable<string>): Iterable<string[]> {
  return bulksOf(ids, NAMED_AT_ONCE);
}

/** Updates those of the documents named that match a filter, with one command. @throws what the driver throws. */
export async function updateByIds(
  documents: Collection<Stored>,
  ids: readonly string[],
  filter: Document,
  update: Document,
): Promise<void> {
  const statements = conditionsById(ids).map((_id) => ({
    updateMany: { filter: { ...filter, _id }, update },
  }));
  if (statements.length > 0) await documents.bulkWrite(statements, { ordered: false });
}

/** Deletes documents by `_id`, with one command. @throws what the driver throws. */
export async function deleteByIds(documents: Collection<Stored>, ids: readonly string[]): Promise<void> {
  const statements = conditionsById(ids).map((_id) => ({ deleteMany: { filter: { _id } } }));
  if (statements.length > 0) await documents.bulkWrite(statements, { ordered: false });
}

/**
 * Deletes the documents that a filter matches, by commands that each end soon, however many documents there are.
 *
 * @param before is done with the `_id`s before a command deletes their documents.
 * @throws what the driver throws.
 */
export async function deleteWhere(
  documents: Collection<Stored>,
  filter: Filter<Stored>,
  before: (ids: string[]) => Promise<void> = async () => {},
): Promise<void> {
  for (;;) {
    const found = await documents.find(filter, { projection: { _id: 1 }, limit: AT_ONCE }).toArray();
    if (found.length === 0) return;
    const ids = found.map(({ _id }) => _id);
    await before(ids);
    await deleteByIds(documents, ids);
  }
}

/** Conditions on `_id` that name all of these together, for the statements of one command. */
function conditionsById(ids: readonly string[]): { $in: string[] }[] {
  return inParts(ids, IDS_PER_STATEMENT).map(($in) => ({ $in }));
}
