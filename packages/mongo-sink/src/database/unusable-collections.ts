import type { RuleSpec } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { unlessRefused } from '../errors/refused-by.js';
import { collectionsUsed } from './collections-used.js';

/** Something in the database that has the name of one of the fleet's collections, and can't serve as it. */
export interface UnusableCollection {
  readonly name: string;
  readonly problem: string;
  readonly remedy: string;
}

/** The code of the error where there is one; the active scheduler also reports it with its heartbeat. */
export const COLLECTION_UNUSABLE = 'COLLECTION_UNUSABLE';

const REMEDY = 'drop or rename it, or change MONGO_DB_NAME or the rule that names it';

/**
 * The fleet's collections that are a view, which takes no writes; a time-series collection, whose `_id` is not unique, so that a repeated
 * write would be there twice; a capped collection, which removes documents without a word; or one with a collation, by which two
 * names can be the same `_id`, and ranges of `_id` are others. None where the user may not list them.
 * @throws SyncError as mongoError.
 */
export async function unusableCollections(
  db: Db,
  rules: readonly RuleSpec[],
): Promise<readonly UnusableCollection[]> {
  const filter = { name: { $in: [...collectionsUsed(rules).all] } };
  const found = await connected(
    db,
    async () => await db.listCollections(filter).toArray().catch(unlessRefused()),
  );
  return (found ?? []).flatMap((each: Document) => {
    const kind = kindOf(each);
    const problem = `${each.name} is ${kind}, but the fleet needs an ordinary collection of that name`;
    return kind === undefined ? [] : [{ name: String(each.name), problem, remedy: REMEDY }];
  });
}

function kindOf({ type, options }: Document): string | undefined {
  if (type === 'view') return 'a view';
  if (options?.timeseries) return 'a time-series collection';
  if (options?.collation) return 'a collection with a collation';
  return options?.capped === true ? 'a capped collection' : undefined;
}
