import type { Db } from 'mongodb';
import { updateByIds } from '../commands/by-ids.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { CONDITIONS, ORDERS, SORT_FIELDS } from './key-lists.js';
import { type KeyPlace, sortValue, walkKeys } from './key-walk.js';

/** Keys per page, and the maximum time of a query, in ms. */
const AT_ONCE = 500;
const MAX_MS = 30_000;

/**
 * How what makes a key count as failing or behind is cleared. A run that began before may not save its lag. No
 * index of the condition can serve `filter`: a server could examine that index for each few keys.
 */
const CLEARED = {
  failing: { filter: { lastError: { $ne: null } }, update: { $set: { lastError: null } } },
  behind: { filter: { lag: { $ne: 0 } }, update: { $set: { lag: 0 }, $inc: { revision: 1 } } },
} as const;

/**
 * Makes keys that no job reads anymore count as failing or behind no longer, in one page: no run would.
 * @param isLeft whether this is such a key; the key type is as its document states it.
 * @param after the end of the previous page; `undefined` for the first page.
 * @returns the end of this page; `undefined` if it was the last one.
 * @throws SyncError as mongoError.
 */
export async function clearProblems(
  db: Db,
  condition: keyof typeof CLEARED,
  isLeft: (key: string, keyType: unknown) => boolean,
  after: KeyPlace | undefined,
): Promise<KeyPlace | undefined> {
  return await connected(db, async () => {
    const sort = ORDERS[condition];
    const walk = { filter: CONDITIONS[condition], sort, reversed: false, after } as const;
    const limits = { limit: AT_ONCE, projection: { keyType: 1, [SORT_FIELDS[sort]]: 1 }, maxMs: MAX_MS };
    const found: Stored[] = [];
    for await (const document of walkKeys(db, walk, limits)) found.push(document);
    const left = found.filter(({ _id, keyType }) => isLeft(_id, keyType)).map(({ _id }) => _id);
    const { filter, update } = CLEARED[condition];
    await updateByIds(keysIn(db), left, filter, update);
    const last = found[AT_ONCE - 1];
    return last && { key: last._id, value: sortValue(last, sort) };
  });
}
