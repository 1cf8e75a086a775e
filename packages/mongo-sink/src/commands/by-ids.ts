import { bulksOf } from '@redis-to-mongo/pipeline';
import type { Collection, Document, Filter } from 'mongodb';
import type { Stored } from '../database/stored.js';

/** Documents deleted per command. */
const AT_ONCE = 1000;
/** Ids per answer of a cursor. */
const FOUND_AT_ONCE = 5000;

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
  await inBatches(documents, filter, AT_ONCE, (ids) => deleteByIds(documents, ids));
}

/**
 * Calls `run` with the ids of the documents that a filter matches, in batches, until none is left. `run` must make
 * its ids stop matching. One cursor finds them all: if no index covers the filter, a search for each batch
 * would pass over the other documents each time.
 * @param count ids per batch.
 * @throws what the driver throws, or `run`.
 */
export async function inBatches(
  documents: Collection<Stored>,
  filter: Filter<Stored>,
  count: number,
  run: (ids: readonly string[]) => Promise<void>,
): Promise<void> {
  for (let isAnyFound = true; isAnyFound; ) {
    isAnyFound = false;
    let ids: string[] = [];
    const flush = async () => {
      if (ids.length > 0) await run(ids);
      ids = [];
    };
    const found = documents.find(filter, { projection: { _id: 1 }, batchSize: FOUND_AT_ONCE });
    for await (const { _id } of found) {
      isAnyFound = true;
      if (ids.push(_id) === count) await flush();
    }
    await flush();
  }
}

/** Conditions on `_id` that together cover all these ids, one per statement of a command. */
function conditionsById(ids: readonly string[]): { $in: string[] }[] {
  return [...bulksOf(ids, IN_A_STATEMENT)].map(($in) => ({ $in }));
}
