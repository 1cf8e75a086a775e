import { ESCAPED_KEY_IDS, type KeyPattern, messageIdBounds, wholeText } from '@redis-to-mongo/pipeline';
import { BSONRegExp, type Db, type Document } from 'mongodb';
import { keysIn } from '../database/stored.js';
import { beginsWith } from './name-ranges.js';

/** Maximum length of a regular expression that every server accepts, in characters. */
const LONGEST_SOURCE = 900;

/** Matches escaped key ids. */
const ESCAPED = beginsWith(ESCAPED_KEY_IDS);

/**
 * The condition on `_id` in `keys` for a pattern. Exact names use the index. If a regular expression cannot
 * match (names that are not text, patterns longer than a server accepts), the names are read and tested here.
 */
export async function nameFilter(db: Db, pattern: KeyPattern): Promise<Document> {
  const { expression, names } = await nameChoice(db, pattern);
  if (expression === undefined) return { _id: { $in: [...names] } };
  const range = pattern.prefix === '' ? {} : beginsWith(pattern.prefix);
  const matching = { _id: { ...range, $regex: new BSONRegExp(expression) } };
  return names.length === 0 ? matching : { $or: [{ _id: { $in: [...names] } }, matching] };
}

/**
 * The condition on the `_id` of a message for a pattern of key names. The part before the last `@` is the
 * key.
 */
export async function messageNameFilter(db: Db, pattern: KeyPattern): Promise<Document> {
  const { expression, names } = await nameChoice(db, pattern, (source) => `(?:${source})@[a-t]\\d+:[^@]*`);
  const named = names.map((name) => ({
    _id: messageIdBounds(name),
    $expr: { $eq: [{ $indexOfCP: ['$_id', '@', [...name].length + 1] }, -1] },
  }));
  const any = [...named, ...(expression === undefined ? [] : [{ _id: new BSONRegExp(expression) }])];
  return any.length === 0 ? { _id: { $in: [] } } : { $or: any };
}

async function nameChoice(db: Db, { source, names, test }: KeyPattern, around = (inner: string) => inner) {
  if (source === undefined) return { expression: undefined, names };
  const isShort = source.length <= LONGEST_SOURCE;
  const read = keysIn(db).find(isShort ? { _id: ESCAPED } : {}, { projection: { _id: 1 }, batchSize: 5000 });
  const found: string[] = [];
  for await (const { _id } of read) if (test(_id)) found.push(_id);
  return {
    expression: isShort ? wholeText(around(source)) : undefined,
    names: [...new Set([...names, ...found])],
  };
}
