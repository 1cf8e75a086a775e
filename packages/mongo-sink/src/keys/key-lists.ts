import { KEY_TYPES } from '@redis-to-mongo/key-types';
import type { KeyCondition, KeyType } from '@redis-to-mongo/pipeline';
import type { Document, Filter } from 'mongodb';

/** The order of a list of keys: by name, or worst or newest first. */
export type KeySort = 'key' | 'lag' | 'changed' | 'synced' | 'failed' | 'paused' | 'gaps' | 'dead' | 'seen';

type KeyFilter = Filter<{ _id: string } & Document>;

/** The error code of a quarantined key: its jobs began several times, but never ended. */
export const QUARANTINED = 'KEY_QUARANTINED';

const EVER = { $gt: new Date(0) };

/** The filter of each condition. Most are also the filter of the partial index that holds only these keys. */
export const CONDITIONS = {
  active: { status: 'active' },
  deleted: { status: 'deleted' },
  behind: { lag: { $gt: 0 } },
  failing: { 'lastError.at': EVER },
  quarantined: { 'lastError.code': QUARANTINED, 'lastError.at': EVER },
  gaps: { 'counts.gap': { $gt: 0 } },
  dead: { 'counts.dead': { $gt: 0 } },
  paused: { pausedAt: EVER },
} as const satisfies Readonly<Record<KeyCondition, KeyFilter>>;

/** The field of each sort. */
export const SORT_FIELDS: Readonly<Record<KeySort, string>> = {
  key: '_id',
  lag: 'lag',
  changed: 'lastChangedAt',
  synced: 'lastSyncedAt',
  failed: 'lastError.at',
  paused: 'pausedAt',
  gaps: 'counts.gap',
  dead: 'counts.dead',
  seen: 'counts.seen',
};

/** The order of each condition's keys in an index: the worst or newest first, or by name. */
export const ORDERS: Readonly<Record<KeyCondition, KeySort>> = {
  active: 'key',
  deleted: 'key',
  behind: 'lag',
  failing: 'failed',
  quarantined: 'failed',
  gaps: 'gaps',
  dead: 'dead',
  paused: 'paused',
};

/**
 * The filter for keys of a type and a condition. For a list by name, it names all types and all states if one
 * of them is given. The index on type, state and name then has one sorted range for each, and MongoDB merges
 * the ranges.
 */
export function keyFilter(keyType: KeyType | undefined, condition: KeyCondition | undefined): KeyFilter {
  if (condition !== undefined && ORDERS[condition] !== 'key')
    return { ...CONDITIONS[condition], ...(keyType ? { keyType } : {}) };
  if (keyType === undefined && condition === undefined) return {};
  return {
    keyType: keyType ?? { $in: [...KEY_TYPES] },
    ...(condition ? CONDITIONS[condition] : { status: { $in: ['active', 'deleted'] } }),
  };
}

/**
 * The filter of a list by name (see keyFilter) in parts, each of which is one range of an index. Each key is
 * in exactly one part.
 */
export function keyParts(keyType: KeyType | undefined, condition: KeyCondition | undefined): KeyFilter[] {
  if (keyType === undefined && condition === undefined) return [{}];
  const types = keyType === undefined ? KEY_TYPES : [keyType];
  const states = condition === undefined ? [CONDITIONS.active, CONDITIONS.deleted] : [CONDITIONS[condition]];
  return types.flatMap((type) => states.map((state) => ({ keyType: type, ...state })));
}
