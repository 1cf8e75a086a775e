import { ESCAPED_KEY_IDS, type KeyCondition, type KeyType } from '@redis-to-mongo/pipeline';
import type { Db, Document, Filter } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { keyFilter, ORDERS, SORT_FIELDS } from './key-lists.js';
import { beginsWith } from './key-name-range.js';
import { type KeySummary, SUMMARY_FIELDS, summaryOf } from './key-summary.js';
import { type KeyPlace, sortValue, type Walk, walkAll, walkKeys } from './key-walk.js';

/** Which names: those that begin with a text, by the index; or those that pass a test, by looking at one after the other. */
export interface NameSearch {
  /** What all of them begin with. */
  readonly prefix: string;
  /** Without, all that begin so. */
  test?(keyId: string): boolean;
}

/** Which page of which list. */
export interface KeyPageQuery {
  readonly name?: NameSearch | undefined;
  readonly keyType?: KeyType | undefined;
  readonly condition?: KeyCondition | undefined;
  /** A list by name from its end. The lists of other orders have one direction. */
  readonly descending?: boolean;
  /** The page that begins behind this place; or, `before`, ends in front of it. */
  readonly from?: KeyPlace | undefined;
  readonly before?: boolean;
  readonly limit: number;
}

export interface KeyPage {
  readonly keys: readonly KeySummary[];
  /** Where the page begins and ends; undefined of an empty one. */
  readonly first: KeyPlace | undefined;
  readonly last: KeyPlace | undefined;
  /** Whether there are more in the direction that was read. */
  readonly isMore: boolean;
  /** Names looked at within the time, where they were tested one by one and there may be more; `last` is the one looked at last. */
  readonly lookedAt?: number;
}

/** Names are tested one by one for this long, in ms: whoever asks then goes on from there. */
const SCAN_MS = 1_000;
/** The clock is read once for so many names. */
const CLOCK_EVERY = 500;
/** The longest that MongoDB works on one command, in ms. */
const MAX_MS = 30_000;

type KeyDocument = { _id: string } & Document;

/**
 * One page of a list of keys: by name, or in the order of its condition (see ORDERS), each by an index.
 * @throws SyncError as mongoError tells.
 */
export async function readKeyPage(db: Db, query: KeyPageQuery): Promise<KeyPage> {
  return await connected(db, async () => {
    const page = await (query.name?.test ? searched(db, query, query.name.test) : listed(db, query));
    return query.before
      ? { ...page, keys: page.keys.toReversed(), first: page.last, last: page.first }
      : page;
  });
}

/**
 * How many keys a list has. @param most it counts no further than this.
 * @throws SyncError as mongoError tells.
 */
export async function countKeys(
  db: Db,
  query: Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>,
  most: number,
): Promise<number> {
  return await connected(db, async () => {
    const keys = db.collection<KeyDocument>('keys');
    const filter = filterOf(query);
    if (Object.keys(filter).length === 0) return await keys.estimatedDocumentCount();
    return await keys.countDocuments(filter, { limit: most, maxTimeMS: MAX_MS });
  });
}

function walkOf(query: KeyPageQuery): Walk {
  const { condition, from, before = false, descending = false } = query;
  const sort = condition ? ORDERS[condition] : 'key';
  return { filter: filterOf(query), sort, reversed: before !== (descending && sort === 'key'), after: from };
}

function filterOf({ name, keyType, condition }: Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>) {
  const filter: Filter<KeyDocument> = keyFilter(keyType, condition);
  if (!name || name.prefix === '') return filter;
  if (!name.test) return { ...filter, _id: beginsWith(name.prefix) };
  return { ...filter, $or: beginningsOf(name.prefix).map((text) => ({ _id: beginsWith(text) })) };
}

/** What the ids of tested names begin with, in their order: a name that is not text begins otherwise in its id. */
function beginningsOf(prefix: string): readonly string[] {
  if (ESCAPED_KEY_IDS.startsWith(prefix) || prefix.startsWith(ESCAPED_KEY_IDS)) return [prefix];
  return Buffer.compare(Buffer.from(prefix), Buffer.from(ESCAPED_KEY_IDS)) < 0
    ? [prefix, ESCAPED_KEY_IDS]
    : [ESCAPED_KEY_IDS, prefix];
}

/** The walks that find all names that a test may take: by name one for each beginning, so that each is one range of the index. */
function walksOf(query: KeyPageQuery): readonly Walk[] {
  const walk = walkOf(query);
  const { name, keyType, condition } = query;
  if (walk.sort !== 'key' || !name || name.prefix === '') return [walk];
  const filter = keyFilter(keyType, condition);
  const walks = beginningsOf(name.prefix).map((text) => ({
    ...walk,
    filter: { ...filter, _id: beginsWith(text) },
  }));
  return walk.reversed ? walks.reverse() : walks;
}

async function listed(db: Db, query: KeyPageQuery): Promise<KeyPage> {
  const walk = walkOf(query);
  const limits = { limit: query.limit + 1, projection: SUMMARY_FIELDS, maxMs: MAX_MS };
  const found: KeyDocument[] = [];
  for await (const document of walkKeys(db, walk, limits)) found.push(document);
  const shown = found.slice(0, query.limit);
  const place = (document: KeyDocument | undefined) =>
    document && { key: document._id, value: sortValue(document, walk.sort) };
  return {
    keys: shown.map(summaryOf),
    first: place(shown[0]),
    last: place(shown.at(-1)),
    isMore: found.length > shown.length,
  };
}

async function searched(db: Db, query: KeyPageQuery, test: (keyId: string) => boolean): Promise<KeyPage> {
  const { sort } = walkOf(query);
  const projection = sort === 'key' ? { _id: 1 } : { [SORT_FIELDS[sort]]: 1 };
  const until = Date.now() + SCAN_MS;
  const places: KeyPlace[] = [];
  let seen: KeyPlace | undefined;
  let lookedAt = 0;
  let end: 'all' | 'full' | 'time' = 'all';
  for await (const document of walkAll(db, walksOf(query), { projection, maxMs: MAX_MS })) {
    const place = { key: document._id, value: sortValue(document, sort) };
    if (test(place.key)) {
      if (places.length === query.limit) {
        end = 'full';
        break;
      }
      places.push(place);
    }
    seen = place;
    lookedAt++;
    if (lookedAt % CLOCK_EVERY === 0 && Date.now() > until) {
      end = 'time';
      break;
    }
  }
  const names = places.map(({ key }) => key);
  const found = await db
    .collection<KeyDocument>('keys')
    .find({ _id: { $in: names } }, { projection: SUMMARY_FIELDS, maxTimeMS: MAX_MS })
    .toArray();
  const summaries = new Map(found.map((document) => [document._id, summaryOf(document)]));
  const last = end === 'time' ? seen : places.at(-1);
  return {
    keys: names.flatMap((name) => summaries.get(name) ?? []),
    first: places[0] ?? last,
    last,
    isMore: end !== 'all',
    ...(end === 'time' ? { lookedAt } : {}),
  };
}
