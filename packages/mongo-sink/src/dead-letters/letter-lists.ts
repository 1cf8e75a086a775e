import type { KeyPattern } from '@redis-to-mongo/pipeline';
import type { Db, Filter } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { lettersIn, type Stored } from '../database/stored.js';
import { beginsWith } from '../keys/key-name-range.js';
import { messageNameFilter } from '../keys/name-filter.js';

/** A dead letter without its record. */
export interface DeadLetter {
  readonly id: string;
  /** The key that the record came from. */
  readonly key: string;
  /** What was refused: an entry of a stream, a value, an element (member, field, item, part) of a large one, or the key's own document. */
  readonly kind: 'entry' | 'value' | 'unit' | 'key';
  /** Of an entry; else empty. */
  readonly entryId: string;
  /** Where it would have gone. */
  readonly collection: string;
  /** Of an entry: whether its message is stored in the shape `document`. */
  readonly isShaped: boolean;
  /** MongoDB's code for the refusal. */
  readonly code: number;
  /** The server's words; they can quote values. */
  readonly reason: string;
  readonly bytes: number;
  readonly at: Date;
}

/** Which dead letters; what is not given is any. */
export interface LetterFilter {
  /** Of the keys that a pattern takes. */
  readonly name?: KeyPattern | undefined;
  /** Of the keys whose names begin so. */
  readonly prefix?: string | undefined;
  readonly collection?: string | undefined;
  readonly code?: number | undefined;
  /** Refused at this time or later, */
  readonly since?: Date | undefined;
  /** and before this one. */
  readonly until?: Date | undefined;
}

/** Where a page of letters ends: the next one continues behind it. */
export interface LetterPlace {
  readonly at: Date;
  readonly id: string;
}

/** The longest that MongoDB works on one command, in ms. */
const MAX_MS = 30_000;
/** Letters that are read at once where all of a list are asked for. */
const PAGE = 500;
/** Collections, and codes, that a list can be filtered by. */
const MOST_KINDS = 100;

/** A page of dead letters, the newest first. @throws SyncError as mongoError. */
export async function readLetterPage(
  db: Db,
  filter: LetterFilter,
  { after, limit }: { readonly after?: LetterPlace | undefined; readonly limit: number },
) {
  return await connected(db, async () => {
    const wanted = await conditionOf(db, filter);
    const behind = after && {
      $or: [{ at: { $lt: after.at } }, { at: after.at, _id: { $lt: after.id } }],
    };
    const found = await lettersIn(db)
      .find(behind ? { $and: [wanted, behind] } : wanted, {
        projection: { document: 0 },
        maxTimeMS: MAX_MS,
      })
      .sort({ at: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    return { letters: found.slice(0, limit).map(toDeadLetter), isMore: found.length > limit };
  });
}

/** The newest dead letters that match a filter, and how many match it in all. @throws as readLetterPage. */
export async function findDeadLetters(
  db: Db,
  { limit, ...filter }: LetterFilter & { readonly limit: number },
) {
  const { letters } = await readLetterPage(db, filter, { limit });
  const total = await connected(db, async () => lettersIn(db).countDocuments(await conditionOf(db, filter)));
  return { letters, total };
}

/** Counts the dead letters that match a filter. @param most it counts no further. @throws as readLetterPage. */
export async function countLetters(db: Db, filter: LetterFilter, most: number): Promise<number> {
  return await connected(db, async () => {
    const wanted = await conditionOf(db, filter);
    const letters = lettersIn(db);
    if (Object.keys(wanted).length === 0) return await letters.estimatedDocumentCount();
    return await letters.countDocuments(wanted, { limit: most, maxTimeMS: MAX_MS });
  });
}

/** All dead letters that a filter takes, a page at a time; those that go meanwhile change nothing. @throws as readLetterPage. */
export async function* allLetters(db: Db, filter: LetterFilter): AsyncGenerator<DeadLetter> {
  let after: LetterPlace | undefined;
  for (;;) {
    const { letters, isMore } = await readLetterPage(db, filter, { after, limit: PAGE });
    yield* letters;
    const last = letters.at(-1);
    if (!isMore || !last) return;
    after = { at: last.at, id: last.id };
  }
}

/** The collections and codes of the dead letters that there are, some of each. @throws as readLetterPage. */
export async function letterKinds(db: Db) {
  return await connected(db, async () => {
    const letters = lettersIn(db);
    const [collections, codes] = await Promise.all([
      letters.distinct('collection', {}, { maxTimeMS: MAX_MS }),
      letters.distinct('code', {}, { maxTimeMS: MAX_MS }),
    ]);
    return {
      collections: collections.map(String).sort().slice(0, MOST_KINDS),
      codes: codes
        .map(Number)
        .sort((a, b) => a - b)
        .slice(0, MOST_KINDS),
    };
  });
}

/** The condition that a filter stands for. */
async function conditionOf(
  db: Db,
  { name, prefix = '', collection, code, since, until }: LetterFilter,
): Promise<Filter<Stored>> {
  const at = { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) };
  const parts: Filter<Stored>[] = [
    ...(name ? [await messageNameFilter(db, name)] : []),
    ...(prefix === '' ? [] : [{ _id: beginsWith(prefix) }]),
    ...(collection === undefined ? [] : [{ collection }]),
    ...(code === undefined ? [] : [{ code }]),
    ...(since || until ? [{ at }] : []),
  ];
  const [first = {}, ...rest] = parts;
  return rest.length === 0 ? first : { $and: parts };
}

/** A document that the fleet did not make shows as what it is: nothing is known of it. */
export function toDeadLetter({
  _id,
  kind,
  entryId,
  collection,
  code,
  reason,
  bytes,
  at,
  shape,
}: Stored): DeadLetter {
  const id = String(_id);
  return {
    id,
    key: id.slice(0, Math.max(0, id.lastIndexOf('@'))),
    kind: kind === 'value' || kind === 'unit' || kind === 'key' ? kind : 'entry',
    entryId: String(entryId ?? ''),
    collection: String(collection ?? ''),
    isShaped: shape === 'document',
    code: Number(code ?? 0),
    reason: String(reason ?? 'not a dead letter of the fleet'),
    bytes: Number(bytes ?? 0),
    at: at instanceof Date ? at : new Date(0),
  };
}
