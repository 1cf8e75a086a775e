import { ESCAPED_KEY_IDS, type KeyPattern, messageIdBounds, wholeText } from '@redis-to-mongo/pipeline';
import { BSONRegExp, type Db, type Document, type Filter } from 'mongodb';
import { idBulks } from '../commands/by-ids.js';
import { keysIn, type Stored } from '../database/stored.js';
import { beginsWith } from './name-ranges.js';

/** Maximum length of a regular expression that every server accepts, in characters. */
const LONGEST_SOURCE = 900;

/** Matches escaped key ids. */
const ESCAPED = beginsWith(ESCAPED_KEY_IDS);

/**
 * Conditions on `_id` in `keys` for a pattern. Each matching key satisfies exactly one of them, and each fits
 * into a command. If a regular expression cannot match (names that are not text, patterns longer than a server
 * accepts), the names are read and tested here.
 */
export async function nameConditions(db: Db, pattern: KeyPattern): Promise<readonly Document[]> {
  const { source, names, prefix, test } = pattern;
  const named = names.length > 0 ? [{ $in: [...names] }] : [];
  if (source === undefined) return named;
  const isShort = source.length <= LONGEST_SOURCE;
  const known = new Set(names);
  const tested: string[] = [];
  const read = keysIn(db).find(isShort ? { _id: ESCAPED } : {}, { projection: { _id: 1 }, batchSize: 5000 });
  for await (const { _id } of read) if (!known.has(_id) && test(_id)) tested.push(_id);
  const bulks = [...idBulks(tested)].map(($in) => ({ $in }));
  if (!isShort || prefix.startsWith(ESCAPED_KEY_IDS)) return [...named, ...bulks];
  const range = prefix === '' ? {} : beginsWith(prefix);
  return [...named, ...bulks, { ...range, $nin: [...names], $regex: new BSONRegExp(wholeText(source)) }];
}

/**
 * A condition on the `_id` of dead letters for a pattern of key names. It also matches some of other keys:
 * the reader tests each letter's key.
 */
export function letterNames({ source, names, isAll }: KeyPattern): Filter<Stored> {
  if (isAll) return {};
  const named = names.map((name) => ({ _id: messageIdBounds(name) }));
  if (source === undefined) return { $or: named };
  if (source.length > LONGEST_SOURCE) return {};
  const expression = new BSONRegExp(wholeText(`(?:${source})@[^@]*`));
  return { $or: [...named, { _id: ESCAPED }, { _id: expression }] };
}
