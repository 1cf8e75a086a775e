import { type Db, type Document, type Filter, ObjectId } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import type { Index } from '../indexes/value-indexes.js';
import { beginsWith } from '../keys/name-ranges.js';

/** An action of an operator: user, address, and key or list. */
export interface AuditEntry {
  readonly at: Date;
  /** The user of the dashboard, or of the machine that a command ran on. */
  readonly who: string;
  readonly by: 'page' | 'command';
  /** The client's address, or the machine's name. */
  readonly from: string;
  readonly action: string;
  /** The key that the action was for; null if it was not for a single key. */
  readonly key: string | null;
  /** The filter or pattern that selected the key; null if the key was named. */
  readonly filter: string | null;
  /** The result in a few words; never contains a value. */
  readonly result: string;
  /** The code of the error, if the action failed. */
  readonly error: string | null;
}

/** Selects entries, newest first. */
export interface AuditQuery {
  /** One key. */
  readonly key?: string | undefined;
  /** Keys whose names have this prefix. */
  readonly prefix?: string | undefined;
  readonly action?: string | undefined;
  /** Continues after the entry with this id, the last one of the previous page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Maximum time of a query, in ms. */
const MAX_MS = 30_000;

export const AUDIT_INDEXES: readonly Index[] = [
  { collection: 'audit', key: { key: 1, _id: -1 } },
  { collection: 'audit', key: { action: 1, _id: -1 } },
  { collection: 'audit', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
];

/**
 * Stores actions of operators.
 * @param keepMs after this time, MongoDB removes them; 0: never.
 * @throws SyncError as mongoError.
 */
export async function writeAudit(db: Db, entries: readonly AuditEntry[], keepMs: number): Promise<void> {
  if (entries.length === 0) return;
  await connected(db, async () => {
    const documents = entries.map((entry) => ({
      ...entry,
      ...(keepMs > 0 ? { expiresAt: new Date(entry.at.getTime() + keepMs) } : {}),
    }));
    await db.collection('audit').insertMany(documents, { ordered: false });
  });
}

/**
 * Reads a page of the audit, newest first.
 * @throws SyncError as mongoError.
 */
export async function readAudit(db: Db, { key, prefix = '', action, after, limit }: AuditQuery) {
  return await connected(db, async () => {
    const filter: Filter<Document> = {
      ...(key === undefined ? (prefix === '' ? {} : { key: beginsWith(prefix) }) : { key }),
      ...(action === undefined ? {} : { action }),
      ...(after !== undefined && ObjectId.isValid(after) ? { _id: { $lt: new ObjectId(after) } } : {}),
    };
    const found = await db
      .collection('audit')
      .find(filter, { maxTimeMS: MAX_MS })
      .sort({ _id: -1 })
      .limit(limit + 1)
      .toArray();
    return { entries: found.slice(0, limit).map(toEntry), isMore: found.length > limit };
  });
}

function toEntry({ _id, at, who, by, from, action, key, filter, result, error }: Document) {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    id: String(_id),
    at: at instanceof Date ? at : new Date(0),
    who: text(who) ?? '',
    by: by === 'command' ? ('command' as const) : ('page' as const),
    from: text(from) ?? '',
    action: text(action) ?? '',
    key: text(key),
    filter: text(filter),
    result: text(result) ?? '',
    error: text(error),
  };
}
