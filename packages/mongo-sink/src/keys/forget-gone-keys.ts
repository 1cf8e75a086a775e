import { forEachAtOnce, type RuleSpec, SyncError } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { updateByIds } from '../commands/by-ids.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn } from '../database/stored.js';
import { forgetKey } from './forget-key.js';
import { keyFilter } from './key-lists.js';

/** Keys checked per pass, and at the same time. */
const A_PASS = 500;
const AT_ONCE = 8;

/**
 * Forgets keys that were deleted long ago and have left nothing else: see forgetKey. Keys that are kept are
 * checked again after the same time. Several processes may call this at the same time.
 * @param before checks keys that were deleted, or last checked, before this time.
 * @returns the number of forgotten keys, and whether there may be more.
 * @throws SyncError as mongoError.
 */
export async function forgetGoneKeys(db: Db, before: Date, rules: readonly RuleSpec[]) {
  return await connected(db, async () => {
    const keys = keysIn(db);
    const due = { goneCheckedAt: { $gt: new Date(0), $lt: before } };
    const found = await keys
      .find({ ...due, status: 'deleted' }, { projection: { _id: 1 }, limit: A_PASS })
      .sort({ goneCheckedAt: 1 })
      .toArray();
    const names = found.map(({ _id }) => _id);
    const kept: string[] = [];
    await forEachAtOnce(names, AT_ONCE, async (key) => {
      const result = await forgetKey(db, key, rules, { withData: false }).catch(unlessItIsThisKey);
      if (result !== 'forgotten' && result !== 'unknown') kept.push(key);
    });
    await updateByIds(
      keys,
      kept,
      { goneCheckedAt: { $lt: before } },
      { $set: { goneCheckedAt: new Date() } },
    );
    return { forgotten: names.length - kept.length, isMore: names.length === A_PASS };
  });
}

/** Ignores a damaged document, so that it does not block other keys. It is reported when its key is read. */
function unlessItIsThisKey(error: unknown): undefined {
  if (!(error instanceof SyncError) || error.errorClass !== 'unknown') throw error;
}

/** Sets the time to check for keys that earlier versions deleted without one. @throws as forgetGoneKeys. */
export async function markGoneKeys(db: Db): Promise<void> {
  await connected(db, async () => {
    await keysIn(db).updateMany(
      { ...keyFilter(undefined, 'deleted'), goneCheckedAt: { $exists: false } },
      { $set: { goneCheckedAt: new Date() } },
    );
  });
}
