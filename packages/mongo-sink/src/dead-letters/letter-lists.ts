import type { KeyPattern } from '@redis-to-mongo/pipeline';
import type { Db, Filter } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { lettersIn, type Stored } from '../database/stored.js';
import { letterNames } from '../keys/name-filter.js';
import { beginsWith } from '../keys/name-ranges.js';

/** A dead letter without its record. */
export interface DeadLetter {
  readonly id: string;
  /** The key that the record came from. */
  readonly key: string;
  /**
   * Kind of the record: a stream's entry, a value, an element (`unit`) of a large value, or the key's own
   * document.
   */
  readonly kind: 'entry' | 'value' | 'unit' | 'key';
  /** The id of an entry; else empty. */
  readonly entryId: string;
  /** The collection that the record was written to. */
  readonly collection: string;
  /** For an entry: whether its message is stored in the shape `document`. */
  readonly isShaped: boolean;
  /** MongoDB's code for the refusal. */
  readonly code: number;
  /** The server's message. It can quote values. */
  readonly reason: string;
  readonly bytes: number;
  readonly at: Date;
}

/** Selects dead letters. A field that is not given matches all. */
export interface LetterFilter {
  /** Letters of keys that match the pattern. */
  readonly name?: KeyPattern | undefined;
  /** Letters of keys whose names have this prefix. */
  readonly prefix?: string | undefined;
  readonly collection?: string | undefined;
  readonly code?: number | undefined;
  /** Refused at or after this time. */
  readonly since?: Date | undefined;
  /** Refused before this time. */
  readonly until?: Date | undefined;
}

/** The end of a page of letters. The next page continues after it. */
export interface LetterPlace {
  readonly at: Date;
  readonly id: string;
}

/** Maximum time of one command, in ms. */
const MAX_MS = 30_000;
/** Letters per page when a whole list is read. */
const PAGE = 500;
/** Maximum number of collections, and of codes, that a list can be filtered by. */
const MOST_KINDS = 100;

/** Reads a page of dead letters, newest first. @throws SyncError as mongoError. */
export async function readLetterPage(
  db: Db,
  filter: LetterFilter,
  { after, limit }: { readonly after?: LetterPlace | undefined; readonly limit: number },
) {
  return await connected(db, async () => {
    const wanted = conditionOf(filter);
    const behind = after && {
      $or: [{ at: { $lt: after.at } }, { at: after.at, _id: { $lt: after.id } }],
    };
    const cursor = lettersIn(db).find(behind ? { $and: [wanted, behind] } : wanted, {
      projection: { document: 0 },
      sort: { at: -1, _id: -1 },
      maxTimeMS: MAX_MS,
      batchSize: limit + 1,
    });
    const found: DeadLetter[] = [];
    for await (const stored of cursor) {
      const letter = toDeadLetter(stored);
      if (filter.name?.test(letter.key) === false) continue;
      if (found.push(letter) > limit) break;
    }
    return { letters: found.slice(0, limit), isMore: found.length > limit };
  });
}

/** Finds the newest dead letters that match a filter, and their total number. @throws as readLetterPage. */
export async function findDeadLetters(
  db: Db,
  { limit, ...filter }: LetterFilter & { readonly limit: number },
) {
  const { letters } = await readLetterPage(db, filter, { limit });
  return { letters, total: await countLetters(db, filter, Number.MAX_SAFE_INTEGER) };
}

/**
 * Counts the dead letters that match a filter.
 * @param most stops counting here.
 * @throws as readLetterPage.
 */
export async function countLetters(db: Db, filter: LetterFilter, most: number): Promise<number> {
  return await connected(db, async () => {
    const wanted = conditionOf(filter);
    const letters = lettersIn(db);
    if (filter.name) return await countTested(letters.find(wanted, ONLY_IDS), filter.name, most);
    if (Object.keys(wanted).length === 0) return await letters.estimatedDocumentCount();
    return await letters.countDocuments(wanted, { limit: most, maxTimeMS: MAX_MS });
  });
}

const ONLY_IDS = { projection: { _id: 1 }, maxTimeMS: MAX_MS, batchSize: 5000 } as const;

async function countTested(found: AsyncIterable<Stored>, name: KeyPattern, most: number): Promise<number> {
  let count = 0;
  for await (const { _id } of found) if (name.test(keyOfLetter(String(_id))) && ++count === most) break;
  return count;
}

/**
 * Reads all dead letters that match a filter, page by page. Letters may be removed meanwhile.
 * @throws as readLetterPage.
 */
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

/**
 * The collections and codes of the existing dead letters, at most MOST_KINDS of each.
 * @throws as readLetterPage.
 */
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

/** Converts a filter to MongoDB's condition. For a pattern of names, see letterNames. */
function conditionOf({ name, prefix = '', collection, code, since, until }: LetterFilter): Filter<Stored> {
  const at = { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) };
  const parts: Filter<Stored>[] = [
    ...(name ? [letterNames(name)] : []),
    ...(prefix === '' ? [] : [{ _id: beginsWith(prefix) }]),
    ...(collection === undefined ? [] : [{ collection }]),
    ...(code === undefined ? [] : [{ code }]),
    ...(since || until ? [{ at }] : []),
  ];
  const [first = {}, ...rest] = parts;
  return rest.length === 0 ? first : { $and: parts };
}

/** Parses a dead letter. A document that is not from the fleet gets defaults. */
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
    key: keyOfLetter(id),
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

/** The key of a letter, from its id: the part before the last `@`. */
function keyOfLetter(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('@')));
}
