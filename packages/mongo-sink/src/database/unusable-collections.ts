import type { RuleSpec } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { unlessRefused } from '../errors/refused-by.js';
import { collectionsUsed } from './collections-used.js';
import type { Stored } from './stored.js';

/** A view or collection that has the name of one of the fleet's collections, but cannot be used as one. */
export interface UnusableCollection {
  readonly name: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Error code for an unusable collection. The active scheduler also reports it in its heartbeat. */
export const COLLECTION_UNUSABLE = 'COLLECTION_UNUSABLE';

const REMEDY = 'drop or rename it, or change MONGO_DB_NAME or the rule that names it';

/**
 * Finds the fleet's collections that cannot be used:
 * - a view takes no writes;
 * - in a time-series collection `_id` is not unique, so a repeated write would be stored twice;
 * - a capped collection removes documents silently;
 * - with a collation, two names can be the same `_id`, and ranges of `_id` have other bounds;
 * - a collection sharded by another field than `_id`.
 * @returns nothing if the user may not list collections.
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
  const sharded = await shardedOtherwise(db, filter.name.$in);
  return (found ?? []).flatMap((each: Document) => {
    const kind = kindOf(each) ?? sharded.get(String(each.name));
    const problem = `${each.name} is ${kind}, but the fleet needs an ordinary collection of that name`;
    return kind === undefined ? [] : [{ name: String(each.name), problem, remedy: REMEDY }];
  });
}

/**
 * Finds the collections of a sharded cluster whose shard key is not `_id`. There, an update that names only
 * `_id` is refused, and `_id` is unique only within a shard. Finds none if the user may not read the
 * cluster's configuration.
 * Source: https://www.mongodb.com/docs/manual/reference/config-database/
 */
async function shardedOtherwise(db: Db, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const prefix = `${db.databaseName}.`;
  const found = await connected(db, async () => {
    if ((await db.command({ hello: 1 })).msg !== 'isdbgrid') return [];
    const sharded = db.client.db('config').collection<Stored>('collections');
    const ours = { _id: { $in: names.map((name) => prefix + name) }, key: { $exists: true } };
    return await sharded.find(ours).toArray().catch(unlessRefused());
  });
  const kinds = (found ?? []).map(({ _id, key }) => {
    const fields = Object.keys(key).join(', ');
    return [_id.slice(prefix.length), fields === '_id' ? '' : `sharded by ${fields}, not by _id`] as const;
  });
  return new Map(kinds.filter(([, kind]) => kind !== ''));
}

function kindOf({ type, options }: Document): string | undefined {
  if (type === 'view') return 'a view';
  if (options?.timeseries) return 'a time-series collection';
  if (options?.collation) return 'a collection with a collation';
  return options?.capped === true ? 'a capped collection' : undefined;
}
