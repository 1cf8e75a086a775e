import { defined, membersOf } from '@redis-to-mongo/pipeline';
import type { Db, Document, Filter } from 'mongodb';
import { keysIn, type Stored } from '../database/stored.js';
import { type KeySort, SORT_FIELDS } from './key-lists.js';

/** A place in an order of keys: a key, and its sort value (times in ms since 1970). */
export interface KeyPlace {
  readonly key: string;
  readonly value: number | null;
}

type KeyFilter = Filter<Stored>;

/** Selects keys, their order, and the starting place. */
export interface Walk {
  readonly filter: KeyFilter;
  readonly sort: KeySort;
  /** Reverses the order: from the last name, or, for example, from the smallest lag. */
  readonly reversed: boolean;
  readonly after: KeyPlace | undefined;
}

export interface WalkLimits {
  /** Maximum number of documents; default: no limit. */
  readonly limit?: number;
  readonly projection?: Document;
  /** After this many ms MongoDB ends the command with MaxTimeMSExpired. */
  readonly maxMs: number;
}

const BATCH = 2000;
/** Sorts by a time. The others sort by a number or a name. */
const BY_TIME: ReadonlySet<KeySort> = new Set(['changed', 'synced', 'failed', 'paused']);

/**
 * Walks keys in an order. A walk that continues from a place repeats and skips no keys, even if other keys
 * are added or removed meanwhile. Only a key whose own sort value changes may be repeated or skipped.
 * @throws what the driver throws.
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

/**
 * Filters for the keys after a place, each one range of an index. An `$or` of them would need another sort.
 */
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

/** A key's sort value (times in ms since 1970); null in an order by name. */
export function sortValue(document: Document, sort: KeySort): number | null {
  if (sort === 'key') return null;
  let value: unknown = document;
  for (const name of SORT_FIELDS[sort].split('.')) value = membersOf(value)[name];
  return value instanceof Date ? value.getTime() : typeof value === 'number' ? value : null;
}

/** Compares documents in an order of keys, as MongoDB sorts them. */
export function inOrderOf(sort: KeySort): (a: Stored, b: Stored) => number {
  const worst = (document: Stored) => sortValue(document, sort) ?? Number.MIN_SAFE_INTEGER;
  return (a, b) => worst(b) - worst(a) || Buffer.compare(Buffer.from(a._id), Buffer.from(b._id));
}
