import { defined, membersOf } from '@redis-to-mongo/pipeline';
import type { Db, Document, Filter } from 'mongodb';
import { keysIn, type Stored } from '../database/stored.js';
import { type KeySort, SORT_FIELDS } from './key-lists.js';

/** A place in an order of keys: a key, and what it is sorted by (ms since 1970 of times). */
export interface KeyPlace {
  readonly key: string;
  readonly value: number | null;
}

type KeyFilter = Filter<Stored>;

/** Which keys, in what order, from where on. */
export interface Walk {
  readonly filter: KeyFilter;
  readonly sort: KeySort;
  /** By name from its end; else the other way round, such as the least behind first. */
  readonly reversed: boolean;
  readonly after: KeyPlace | undefined;
}

export interface WalkLimits {
  /** Documents at most; without, as many as are asked for. */
  readonly limit?: number;
  readonly projection?: Document;
  /** After this many ms MongoDB ends the command with MaxTimeMSExpired. */
  readonly maxMs: number;
}

const BATCH = 2000;
/** Sorts by times; the others are by numbers. */
const BY_TIME: ReadonlySet<KeySort> = new Set(['changed', 'synced', 'failed', 'paused']);

/**
 * Walks keys in an order. Where it continues from a place, no key comes twice and none is left out, whatever keys come and go
 * meanwhile; one whose own value changes may. @throws what the driver throws.
 */
export async function* walkKeys(
  db: Db,
  { filter, sort, reversed, after }: Walk,
  { limit, projection, maxMs }: WalkLimits,
): AsyncGenerator<Stored> {
  let left = limit;
  for (const segment of segmentsOf(sort, reversed, after)) {
    if (left === 0) return;
    const found = keysIn(db).find(segment ? { $and: [filter, segment] } : filter, {
      sort: sortOf(sort, reversed),
      maxTimeMS: maxMs,
      batchSize: Math.min(left ?? BATCH, BATCH),
      ...defined({ limit: left, projection }),
    });
    for await (const document of found) {
      yield document;
      if (left !== undefined) left--;
    }
  }
}

function sortOf(sort: KeySort, reversed: boolean): Record<string, 1 | -1> {
  const up = reversed ? -1 : 1;
  return sort === 'key' ? { _id: up } : { [SORT_FIELDS[sort]]: reversed ? 1 : -1, _id: up };
}

/** What lies behind a place, in parts that one range of an index each has: an `$or` would be sorted again. */
function segmentsOf(
  sort: KeySort,
  reversed: boolean,
  after: KeyPlace | undefined,
): readonly (KeyFilter | undefined)[] {
  if (after === undefined) return [undefined];
  const beyond = { _id: reversed ? { $lt: after.key } : { $gt: after.key } };
  if (sort === 'key' || after.value === null) return [beyond];
  const value = BY_TIME.has(sort) ? new Date(after.value) : after.value;
  const field = SORT_FIELDS[sort];
  return [{ $and: [{ [field]: value }, beyond] }, { [field]: reversed ? { $gt: value } : { $lt: value } }];
}

/** What a key is sorted by: of times ms since 1970; null by name. */
export function sortValue(document: Document, sort: KeySort): number | null {
  if (sort === 'key') return null;
  let value: unknown = document;
  for (const name of SORT_FIELDS[sort].split('.')) value = membersOf(value)[name];
  return value instanceof Date ? value.getTime() : typeof value === 'number' ? value : null;
}
