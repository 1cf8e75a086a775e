import { KEY_TYPES } from '@redis-to-mongo/key-types';
import type { KeyCondition, KeyType } from '@redis-to-mongo/pipeline';
import type { Document, Filter } from 'mongodb';

/** The order of a list of keys: by name, or worst or newest first. */
export type KeySort = 'key' | 'lag' | 'changed' | 'synced' | 'failed' | 'paused' | 'gaps' | 'dead' | 'seen';

type KeyFilter = Filter<{ _id: string } & Document>;

/** The error code of a quarantined key: its jobs began again and again, and never ended. */
export const QUARANTINED = 'KEY_QUARANTINED';

const EVER = { $gt: new Date(0) };

/** What the keys of a condition have in common; that of most is what the partial index says that holds them alone. */
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

/** The order in which an index has the keys of a condition: the worst or newest first, or by name. */
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
 * What keys of a type and a condition have in common. A list by name names all types and states where it names one: so the
 * index on type, state and name has it in order, as one range for each, which MongoDB merges.
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
 * The same as keyFilter of a list by name, in parts that are one range of an index each: together they have all of its keys, and
 * each key is in one of them.
 */
export function keyParts(keyType: KeyType | undefined, condition: KeyCondition | undefined): KeyFilter[] {
  if (keyType === undefined && condition === undefined) return [{}];
  const types = keyType === undefined ? KEY_TYPES : [keyType];
  const states = condition === undefined ? [CONDITIONS.active, CONDITIONS.deleted] : [CONDITIONS[condition]];
  return types.flatMap((type) => states.map((state) => ({ keyType: type, ...state })));
}
