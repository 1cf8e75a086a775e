import type { Db, Document, Filter } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { mongoError } from './mongo-error.js';

/** What a list of keys shows of one key; times are ms since 1970. Small, since there can be a hundred thousand. */
export interface KeySummary {
  /** The key id. */
  readonly key: string;
  readonly keyType: string;
  readonly stream: string;
  readonly type: string;
  readonly status: 'active' | 'deleted';
  /** Whether an operator has paused the key. */
  readonly paused: boolean;
  readonly incarnation: number;
  /** Of a stream: the id of the entry that was synced last. */
  readonly entryId: string | null;
  /** Entries or members left in Redis when the key was last read. */
  readonly lag: number;
  readonly seen: number;
  readonly written: number;
  readonly alreadyThere: number;
  readonly dead: number;
  readonly gap: number;
  readonly firstSyncedAt: number;
  readonly lastSyncedAt: number;
  readonly lastChangedAt: number | null;
  /** Why the key's last job failed; the message only where keys were asked for by their names. */
  readonly error: {
    readonly code: string;
    readonly errorClass: string;
    readonly at: number;
    readonly message?: string;
  } | null;
}

/** Which keys: those saved, or failed, at `since` or later by the workers' clocks; those of the names; else all. */
export type SummaryQuery = { readonly since: Date } | { readonly keys: readonly string[] } | 'all';

type KeyDocument = { _id: string } & Document;

const PROJECTION = {
  keyType: 1,
  stream: 1,
  type: 1,
  status: 1,
  pausedAt: 1,
  incarnation: 1,
  'position.entryId': 1,
  lag: 1,
  'counts.seen': 1,
  'counts.written': 1,
  'counts.alreadyThere': 1,
  'counts.dead': 1,
  'counts.gap': 1,
  firstSyncedAt: 1,
  lastSyncedAt: 1,
  lastChangedAt: 1,
  'lastError.code': 1,
  'lastError.errorClass': 1,
  'lastError.at': 1,
};

/**
 * The summaries of keys, in no order. A damaged document is shown as far as it goes: a list must not fail for one.
 * @throws SyncError as mongoError tells.
 */
export async function* readKeySummaries(db: Db, query: SummaryQuery): AsyncGenerator<KeySummary> {
  try {
    await ensureConnected(db);
    const projection =
      query !== 'all' && 'keys' in query ? { ...PROJECTION, 'lastError.message': 1 } : PROJECTION;
    const cursor = db.collection<KeyDocument>('keys').find(filterOf(query), { projection, batchSize: 5000 });
    const once = sameTexts();
    for await (const document of cursor) yield summaryOf(document, once);
  } catch (error) {
    throw mongoError(error);
  }
}

function filterOf(query: SummaryQuery): Filter<KeyDocument> {
  if (query === 'all') return {};
  if ('keys' in query) return { _id: { $in: [...query.keys] } };
  const { since } = query;
  return {
    $or: [
      { lastSyncedAt: { $gte: since } },
      { 'lastError.at': { $gte: since } },
      { pausedAt: { $gte: since } },
      { resumedAt: { $gte: since } },
    ],
  };
}

function summaryOf(document: KeyDocument, once: (text: string) => string): KeySummary {
  const { _id, position, counts, lastError } = document;
  const entryId: unknown = position?.entryId;
  return {
    key: String(_id),
    keyType: once(String(document.keyType)),
    stream: once(String(document.stream)),
    type: once(String(document.type)),
    status: document.status === 'deleted' ? 'deleted' : 'active',
    paused: document.pausedAt instanceof Date,
    incarnation: numberOf(document.incarnation),
    entryId: typeof entryId === 'string' ? entryId : null,
    lag: numberOf(document.lag),
    seen: numberOf(counts?.seen),
    written: numberOf(counts?.written),
    alreadyThere: numberOf(counts?.alreadyThere),
    dead: numberOf(counts?.dead),
    gap: numberOf(counts?.gap),
    firstSyncedAt: timeOf(document.firstSyncedAt) ?? 0,
    lastSyncedAt: timeOf(document.lastSyncedAt) ?? 0,
    lastChangedAt: timeOf(document.lastChangedAt),
    error: lastError
      ? {
          code: once(String(lastError.code)),
          errorClass: once(String(lastError.errorClass ?? 'unknown')),
          at: timeOf(lastError.at) ?? 0,
          ...(typeof lastError.message === 'string' ? { message: lastError.message } : {}),
        }
      : null,
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function timeOf(value: unknown): number | null {
  return value instanceof Date ? value.getTime() : null;
}

/** Each decoded document has texts of its own; equal ones need be held once only. */
function sameTexts(): (text: string) => string {
  const held = new Map<string, string>();
  return (text) => {
    const known = held.get(text);
    if (known !== undefined) return known;
    held.set(text, text);
    return text;
  };
}
