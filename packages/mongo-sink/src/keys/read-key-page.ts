import { ESCAPED_KEY_IDS, type KeyCondition, type KeyType } from '@redis-to-mongo/pipeline';
import type { Db, Filter } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, type Stored } from '../database/stored.js';
import { type KeySort, keyFilter, keyParts, ORDERS, SORT_FIELDS } from './key-lists.js';
import { type KeySummary, readKeySummaries, SUMMARY_FIELDS, summaryOf } from './key-summary.js';
import { type KeyPlace, sortValue, type WalkLimits, walkKeys } from './key-walk.js';
import { beginsWith, boundsBeyond, boundsFilter, boundsOf } from './name-ranges.js';
import { type NameSample, NO_SAMPLE, sampleOfType } from './name-sample.js';
import { walkNames } from './name-walk.js';

/** Selects names: those that begin with a text, by the index; or those that pass a test, by scanning. */
export interface NameSearch {
  /** The beginning of all these names. */
  readonly prefix: string;
  /** Default: all names with the prefix. */
  test?(keyId: string): boolean;
}

/** Selects a list, and a page of it. */
export interface KeyPageQuery {
  readonly name?: NameSearch | undefined;
  readonly keyType?: KeyType | undefined;
  readonly condition?: KeyCondition | undefined;
  /** Sorts a list by name in descending order. Lists of other orders have one direction. */
  readonly descending?: boolean;
  /** The page begins after this place or, with `before`, ends before it. */
  readonly from?: KeyPlace | undefined;
  readonly before?: boolean;
  readonly limit: number;
  /** How long names are tested one by one, in ms. The next query can continue from there. Default: 1 s. */
  readonly searchMs?: number | undefined;
}

/** One page of a list of keys. */
export interface KeyPage {
  readonly keys: readonly KeySummary[];
  /** The first and last place of the page; undefined if it is empty. */
  readonly first: KeyPlace | undefined;
  readonly last: KeyPlace | undefined;
  /** Whether there are more in the direction that was read. */
  readonly isMore: boolean;
  /** Number of names scanned, if the time for testing ran out; `last` is then the last scanned name. */
  readonly scanned?: number;
}

const SEARCH_MS = 1_000;
/** The clock is read once for this many names. */
const CLOCK_EVERY = 500;
/** Maximum time of one command, in ms. */
const MAX_MS = 30_000;

/**
 * Reads one page of a list of keys, by name or in the order of its condition (see ORDERS). An index serves
 * each order.
 * @param sample the distribution of names, for servers that would scan the whole list before they answer.
 * @throws SyncError as mongoError.
 */
export async function readKeyPage(db: Db, query: KeyPageQuery, sample = NO_SAMPLE): Promise<KeyPage> {
  return await connected(db, async () => {
    const page = await (query.name?.test
      ? searched(db, query, query.name.test, sample)
      : listed(db, query, sample));
    return query.before
      ? { ...page, keys: page.keys.toReversed(), first: page.last, last: page.first }
      : page;
  });
}

/**
 * Counts the keys of a list. @param most stops counting here.
 * @throws SyncError as mongoError.
 */
export async function countKeys(
  db: Db,
  query: Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>,
  most: number,
): Promise<number> {
  return await connected(db, async () => {
    const keys = keysIn(db);
    const limits = { limit: most, maxTimeMS: MAX_MS };
    const { name, keyType, condition } = query;
    const isEach = sortOf(query) !== 'key' || name?.test !== undefined;
    if (isEach) return await keys.countDocuments(filterOf(query), limits);
    const names = boundsFilter(boundsOf(name?.prefix ?? ''));
    const parts = keyParts(keyType, condition).map((part) => (names ? { ...part, _id: names } : part));
    if (parts.every((part) => Object.keys(part).length === 0)) return await keys.estimatedDocumentCount();
    const counts = await Promise.all(parts.map((part) => keys.countDocuments(part, limits)));
    return Math.min(
      most,
      counts.reduce((sum, count) => sum + count, 0),
    );
  });
}

function sortOf({ condition }: Pick<KeyPageQuery, 'condition'>): KeySort {
  return condition ? ORDERS[condition] : 'key';
}

/** Reads all keys of a list from a place on, in the list's order. */
async function* documentsOf(
  db: Db,
  query: KeyPageQuery,
  sample: NameSample,
  limits: WalkLimits,
): AsyncGenerator<Stored> {
  const { keyType, condition, from, before = false, descending = false } = query;
  const sort = sortOf(query);
  if (sort !== 'key')
    return yield* walkKeys(db, { filter: filterOf(query), sort, reversed: before, after: from }, limits);
  const isReversed = before !== descending;
  const parts = keyParts(keyType, condition);
  const ofType = sampleOfType(sample, keyType);
  let left = limits.limit;
  for (const text of isReversed ? beginningsOf(query.name).toReversed() : beginningsOf(query.name)) {
    const all = boundsOf(text);
    const bounds = from ? boundsBeyond(all, from.key, isReversed) : all;
    const more = left === undefined ? limits : { ...limits, limit: left };
    for await (const document of walkNames(
      db,
      { parts, bounds, isReversed, sample: ofType, isRare: condition === 'deleted' },
      more,
    )) {
      yield document;
      if (left !== undefined) left--;
    }
  }
}

function filterOf({ name, keyType, condition }: Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>) {
  const filter: Filter<Stored> = keyFilter(keyType, condition);
  if (!name || name.prefix === '') return filter;
  if (!name.test) return { ...filter, _id: beginsWith(name.prefix) };
  return { ...filter, $or: beginningsOf(name).map((text) => ({ _id: beginsWith(text) })) };
}

/**
 * The prefixes of the key ids, sorted. If names are tested, names that are not text have another prefix in
 * their id.
 */
function beginningsOf({ prefix, test }: NameSearch = { prefix: '' }): readonly string[] {
  const isOne = !test || ESCAPED_KEY_IDS.startsWith(prefix) || prefix.startsWith(ESCAPED_KEY_IDS);
  if (isOne) return [prefix];
  return Buffer.compare(Buffer.from(prefix), Buffer.from(ESCAPED_KEY_IDS)) < 0
    ? [prefix, ESCAPED_KEY_IDS]
    : [ESCAPED_KEY_IDS, prefix];
}

async function listed(db: Db, query: KeyPageQuery, sample: NameSample): Promise<KeyPage> {
  const sort = sortOf(query);
  const limits = { limit: query.limit + 1, projection: SUMMARY_FIELDS, maxMs: MAX_MS };
  const found: Stored[] = [];
  for await (const document of documentsOf(db, query, sample, limits)) found.push(document);
  const shown = found.slice(0, query.limit);
  const place = (document: Stored | undefined) =>
    document && { key: document._id, value: sortValue(document, sort) };
  return {
    keys: shown.map(summaryOf),
    first: place(shown[0]),
    last: place(shown.at(-1)),
    isMore: found.length > shown.length,
  };
}

async function searched(
  db: Db,
  query: KeyPageQuery,
  test: (keyId: string) => boolean,
  sample: NameSample,
): Promise<KeyPage> {
  const sort = sortOf(query);
  const projection = sort === 'key' ? { _id: 1 } : { [SORT_FIELDS[sort]]: 1 };
  const until = performance.now() + (query.searchMs ?? SEARCH_MS);
  const places: KeyPlace[] = [];
  let seen: KeyPlace | undefined;
  let scanned = 0;
  let end: 'all' | 'full' | 'time' = 'all';
  for await (const document of documentsOf(db, query, sample, { projection, maxMs: MAX_MS })) {
    const place = { key: document._id, value: sortValue(document, sort) };
    if (test(place.key)) {
      if (places.length === query.limit) {
        end = 'full';
        break;
      }
      places.push(place);
    }
    seen = place;
    scanned++;
    if (scanned % CLOCK_EVERY === 0 && performance.now() > until) {
      end = 'time';
      break;
    }
  }
  const names = places.map(({ key }) => key);
  const summaries = await readKeySummaries(db, names);
  const last = end === 'time' ? seen : places.at(-1);
  return {
    keys: names.flatMap((name) => summaries.get(name) ?? []),
    first: places[0] ?? last,
    last,
    isMore: end !== 'all',
    ...(end === 'time' ? { scanned } : {}),
  };
}
