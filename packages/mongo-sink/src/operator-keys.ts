import { type KeyPattern, type KeyState, type KeyType, SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document, Filter, Sort } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { fromKeyDocument } from './key-document.js';
import { mongoError } from './mongo-error.js';
import { nameFilter } from './operator-name-filter.js';

/** Conditions that keys are asked for by. */
export type KeyCondition = 'active' | 'deleted' | 'behind' | 'failing' | 'gaps' | 'dead' | 'paused';
/** What keys are sorted by: the name, or the worst or newest first. */
export type KeySort = 'key' | 'lag' | 'changed' | 'synced' | 'gaps' | 'dead' | 'seen';

/** Which keys, in what order, and how many at most. */
export interface KeyQuery {
  readonly name?: KeyPattern | undefined;
  readonly keyType?: KeyType | undefined;
  readonly condition?: KeyCondition | undefined;
  readonly sort?: KeySort | undefined;
  readonly limit: number;
}

type KeyDocument = { _id: string } & Document;

const CONDITIONS: Readonly<Record<KeyCondition, Filter<KeyDocument>>> = {
  active: { status: 'active' },
  deleted: { status: 'deleted' },
  behind: { lag: { $gt: 0 } },
  failing: { lastError: { $ne: null } },
  gaps: { 'counts.gap': { $gt: 0 } },
  dead: { 'counts.dead': { $gt: 0 } },
  paused: { pausedAt: { $gt: new Date(0) } },
};

const SORTS: Readonly<Record<KeySort, Sort>> = {
  key: { _id: 1 },
  lag: { lag: -1, _id: 1 },
  changed: { lastChangedAt: -1, _id: 1 },
  synced: { lastSyncedAt: -1, _id: 1 },
  gaps: { 'counts.gap': -1, _id: 1 },
  dead: { 'counts.dead': -1, _id: 1 },
  seen: { 'counts.seen': -1, _id: 1 },
};

/**
 * The keys that a query asks for, and how many there are without its limit. `damaged`: the ids of those whose document can't be
 * read; a list does not fail for one.
 * @throws SyncError as mongoError tells.
 */
export async function findKeys(
  db: Db,
  { name, keyType, condition, sort = 'key', limit }: KeyQuery,
): Promise<{
  readonly keys: readonly KeyState[];
  readonly damaged: readonly string[];
  readonly total: number;
}> {
  try {
    await ensureConnected(db);
    const filter: Filter<KeyDocument> = {
      ...(name ? await nameFilter(db, name) : {}),
      ...(keyType ? { keyType } : {}),
      ...(condition ? CONDITIONS[condition] : {}),
    };
    const keys = db.collection<KeyDocument>('keys');
    const [found, total] = await Promise.all([
      keys.find(filter).sort(SORTS[sort]).limit(limit).toArray(),
      keys.countDocuments(filter),
    ]);
    return { ...read(found), total };
  } catch (error) {
    throw mongoError(error);
  }
}

function read(documents: readonly KeyDocument[]): { keys: KeyState[]; damaged: string[] } {
  const keys: KeyState[] = [];
  const damaged: string[] = [];
  for (const document of documents)
    try {
      keys.push(fromKeyDocument(document));
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      damaged.push(String(document._id));
    }
  return { keys, damaged };
}

/** The names of all keys that a pattern and a condition take, in no order. @throws SyncError as mongoError tells. */
export async function keyNames(
  db: Db,
  { name, condition }: Pick<KeyQuery, 'name' | 'condition'>,
): Promise<readonly string[]> {
  try {
    await ensureConnected(db);
    const filter = {
      ...(name ? await nameFilter(db, name) : {}),
      ...(condition ? CONDITIONS[condition] : {}),
    };
    const found = db
      .collection<KeyDocument>('keys')
      .find(filter, { projection: { _id: 1 }, batchSize: 5000 });
    return await found.map(({ _id }) => _id).toArray();
  } catch (error) {
    throw mongoError(error);
  }
}

/** What MongoDB knows of a key. @throws SyncError KEY_STATE_INVALID when its document is damaged, else as findKeys. */
export async function readKey(db: Db, key: string): Promise<KeyState | undefined> {
  try {
    await ensureConnected(db);
    const found = await db.collection<KeyDocument>('keys').findOne({ _id: key });
    return found ? fromKeyDocument(found) : undefined;
  } catch (error) {
    throw mongoError(error);
  }
}
