import type { Counts } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';

/** One key in a list of keys. Times are in ms since 1970. */
export interface KeySummary extends Counts {
  /** The key id. */
  readonly key: string;
  readonly keyType: string;
  readonly stream: string;
  readonly type: string;
  readonly status: 'active' | 'deleted';
  /** Whether an operator has paused the key. */
  readonly paused: boolean;
  readonly incarnation: number;
  /** For a stream: the id of the last synced entry. */
  readonly entryId: string | null;
  /** Entries or members left in Redis when the key was last read. */
  readonly lag: number;
  readonly firstSyncedAt: number;
  readonly lastSyncedAt: number;
  readonly lastChangedAt: number | null;
  /** Why the key's last job failed. */
  readonly error: {
    readonly code: string;
    readonly errorClass: string;
    readonly at: number;
    readonly message: string;
  } | null;
}

/** The key type of a document that names none: it is damaged, or not from this fleet. */
export const UNKNOWN_TYPE = 'unknown';

/** Projection for summaryOf: all fields except the lists. */
export const SUMMARY_FIELDS = { gaps: 0, activity: 0, 'position.marks': 0 };

/**
 * Reads the summaries of keys by their names. Keys that MongoDB does not have are left out.
 * @throws SyncError as mongoError.
 */
export async function readKeySummaries(
  db: Db,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KeySummary>> {
  if (keys.length === 0) return new Map();
  return await connected(db, async () => {
    const found = await findByIds(keysIn(db), keys, SUMMARY_FIELDS);
    return new Map(found.map((document) => [document._id, summaryOf(document)]));
  });
}

/**
 * Summarizes a document. Damaged fields get defaults, so that a damaged document does not make the list fail.
 */
export function summaryOf(document: Stored): KeySummary {
  const { _id, position, counts, lastError } = document;
  const entryId: unknown = position?.entryId;
  return {
    key: String(_id),
    keyType: textOf(document.keyType) ?? UNKNOWN_TYPE,
    stream: textOf(document.stream) ?? String(_id),
    type: textOf(document.type) ?? 'main',
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
          code: String(lastError.code),
          errorClass: String(lastError.errorClass ?? 'unknown'),
          at: timeOf(lastError.at) ?? 0,
          message: typeof lastError.message === 'string' ? lastError.message : '',
        }
      : null,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function timeOf(value: unknown): number | null {
  return value instanceof Date ? value.getTime() : null;
}
