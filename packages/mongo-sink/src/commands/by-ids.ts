import { bulksOf } from '@redis-to-mongo/pipeline';
import type { Collection, Document, Filter } from 'mongodb';
import type { Stored } from '../database/stored.js';

/** Documents deleted per command. */
const AT_ONCE = 1000;

/** Limits of the ids in one command: a key's name can take 1 MiB, and a command 16 MiB. */
const NAMED_AT_ONCE = { sizeOf: (id: string) => 3 * id.length + 16, size: 8 * 1024 * 1024, count: 5000 };
/** The same for a statement. Some servers compare each document that they find with every id of its statement. */
const IN_A_STATEMENT = { ...NAMED_AT_ONCE, count: 25 };

/**
 * Finds the documents with these ids that match a filter, with as many commands as the ids need.
 * @throws what the driver throws.
 */
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

/** Cuts ids into lists, one per command. */
export function idBulks(ids: Iterable<string>): Iterable<string[]> {
  return bulksOf(ids, NAMED_AT_ONCE);
}

/**
 * Updates the documents with these ids that match a filter, with as few commands as they fit into.
 * @throws what the driver throws.
 */
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

/** Deletes documents by `_id`; see updateByIds. @throws what the driver throws. */
export async function deleteByIds(documents: Collection<Stored>, ids: readonly string[]): Promise<void> {
  const statements = conditionsById(ids).map((_id) => ({ deleteMany: { filter: { _id } } }));
  if (statements.length > 0) await documents.bulkWrite(statements, { ordered: false });
}

/** Deletes the documents that a filter matches, with many short commands. @throws what the driver throws. */
export async function deleteWhere(documents: Collection<Stored>, filter: Filter<Stored>): Promise<void> {
  for (;;) {
    const found = await documents.find(filter, { projection: { _id: 1 }, limit: AT_ONCE }).toArray();
    if (found.length === 0) return;
    await deleteByIds(
      documents,
      found.map(({ _id }) => _id),
    );
  }
}

/** Conditions on `_id` that together cover all these ids, one per statement of a command. */
function conditionsById(ids: readonly string[]): { $in: string[] }[] {
  return [...bulksOf(ids, IN_A_STATEMENT)].map(($in) => ({ $in }));
}
