import type { Counts } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { KEY_LETTERS, keyRefused } from '../dead-letters/key-letters.js';
import { type DeadLetter, findDeadLetters } from '../dead-letters/letter-lists.js';
import { CONDITIONS } from '../keys/key-lists.js';
import { UNKNOWN_TYPE } from '../keys/key-summary.js';

/** The sums over all keys of one type. */
export interface KeyTypeStatus extends Counts {
  readonly keyType: string;
  readonly keys: number;
  readonly active: number;
  readonly deleted: number;
  /** Entries in Redis that were not synced yet when their keys were last read. */
  readonly lag: number;
  /** Keys whose last job failed. */
  readonly failing: number;
  /** Keys that an operator has paused. */
  readonly paused: number;
}

/** A key whose last job failed, or whose own document MongoDB refuses, with its error. */
export interface KeyError {
  readonly key: string;
  readonly code: string;
  readonly message: string;
  readonly at: Date;
}

/** A key that is behind. */
export interface KeyBacklog {
  readonly key: string;
  /** Entries read so far. */
  readonly seen: number;
  /** Entries left in Redis. */
  readonly lag: number;
}

/** The sums over all keys, and the keys that stand out. */
export interface FleetStatus {
  readonly at: Date;
  readonly types: readonly KeyTypeStatus[];
  /** The keys furthest behind, largest lag first; at most 10. */
  readonly backlogs: readonly KeyBacklog[];
  /** The newest errors, newest first; at most 20. */
  readonly errors: readonly KeyError[];
  /** Keys whose last job failed, by the class of the error, most first. */
  readonly errorClasses: readonly { readonly errorClass: string; readonly keys: number }[];
}

/**
 * Sums up `keys` by type, and finds the newest errors. Scans all keys. To check only whether the mirror is
 * complete, use readMirrorFacts, which costs less.
 */
export async function readStatus(db: Db): Promise<FleetStatus> {
  return await connected(db, async () => {
    const keys = keysIn(db);
    const [types, backlogs, refused, errors, classes] = await Promise.all([
      keys.aggregate([{ $group: groupByType() }, { $sort: { _id: 1 } }]).toArray(),
      keys
        .find(CONDITIONS.behind, { projection: { lag: 1, 'counts.seen': 1 } })
        .sort({ lag: -1 })
        .limit(10)
        .toArray(),
      findDeadLetters(db, { ...KEY_LETTERS, limit: 20 }),
      keys
        .find(CONDITIONS.failing, { projection: { lastError: 1 } })
        .sort({ 'lastError.at': -1 })
        .limit(20)
        .toArray(),
      keys
        .aggregate([
          { $match: CONDITIONS.failing },
          { $group: { _id: '$lastError.errorClass', keys: { $sum: 1 } } },
          { $sort: { keys: -1, _id: 1 } },
        ])
        .toArray(),
    ]);
    return {
      at: new Date(),
      types: types.map(({ _id, ...sums }) => ({
        keyType: typeof _id === 'string' ? _id : UNKNOWN_TYPE,
        ...(sums as Omit<KeyTypeStatus, 'keyType'>),
      })),
      backlogs: backlogs.map(({ _id, lag, counts }) => ({
        key: _id,
        lag: Number(lag),
        seen: Number(counts?.seen),
      })),
      errors: [...refused.letters.map(refusalOf), ...errors.map(errorOf)]
        .sort((a, b) => b.at.getTime() - a.at.getTime())
        .slice(0, 20),
      errorClasses: classes.map(({ _id, keys: failing }) => ({
        errorClass: String(_id ?? 'unknown'),
        keys: Number(failing),
      })),
    };
  });
}

function errorOf({ _id, lastError }: Stored): KeyError {
  return {
    key: _id,
    code: String(lastError.code),
    message: String(lastError.message),
    at: lastError.at,
  };
}

function refusalOf({ key, code, at }: DeadLetter): KeyError {
  const error = keyRefused(key, code);
  return { key, code: error.code, message: error.message, at };
}

function groupByType(): Document {
  const countIf = (condition: Document) => ({ $sum: { $cond: [condition, 1, 0] } });
  return {
    _id: '$keyType',
    keys: { $sum: 1 },
    active: countIf({ $eq: ['$status', 'active'] }),
    deleted: countIf({ $eq: ['$status', 'deleted'] }),
    seen: { $sum: '$counts.seen' },
    written: { $sum: '$counts.written' },
    alreadyThere: { $sum: '$counts.alreadyThere' },
    dead: { $sum: '$counts.dead' },
    gap: { $sum: '$counts.gap' },
    lag: { $sum: '$lag' },
    failing: countIf({ $ne: [{ $ifNull: ['$lastError', null] }, null] }),
    paused: countIf({ $ne: [{ $ifNull: ['$pausedAt', null] }, null] }),
  };
}
