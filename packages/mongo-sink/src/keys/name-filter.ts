import { ESCAPED_KEY_IDS, type KeyPattern, messageIdBounds, wholeText } from '@redis-to-mongo/pipeline';
import { BSONRegExp, type Db, type Document } from 'mongodb';
import { keysIn } from '../database/stored.js';
import { beginsWith } from './key-name-range.js';

/** Characters of a regular expression that every server takes. */
const LONGEST_SOURCE = 900;

/** Ids of keys that are escaped. */
const ESCAPED = beginsWith(ESCAPED_KEY_IDS);

/**
 * The condition on an `_id` in `keys` that a pattern stands for. Keys by their names are asked for by the index. What a
 * regular expression can not match (names that are not text, patterns longer than a server takes) is checked by reading names.
 */
export async function nameFilter(db: Db, pattern: KeyPattern): Promise<Document> {
  const { expression, names } = await nameChoice(db, pattern);
  if (expression === undefined) return { _id: { $in: [...names] } };
  const range = pattern.prefix === '' ? {} : beginsWith(pattern.prefix);
  const matching = { _id: { ...range, $regex: new BSONRegExp(expression) } };
  return names.length === 0 ? matching : { $or: [{ _id: { $in: [...names] } }, matching] };
}

/**
 * The condition on an `_id` that is a message's: it belongs to a key that a pattern takes. The key is what stands before the
 * last `@`.
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
