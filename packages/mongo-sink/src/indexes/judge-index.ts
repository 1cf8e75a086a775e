import type { Document } from 'mongodb';
import type { Index } from './value-indexes.js';

/**
 * Whether an index that the fleet needs can exist beside the present indexes of a collection.
 * - there: a present index serves the purpose.
 * - missing: the index can be created, under another name if its own is taken.
 * - a problem: a present index conflicts with it, or refuses or removes the fleet's documents.
 */
export type IndexVerdict = 'there' | 'missing' | 'missing, name taken' | IndexProblem;

export interface IndexProblem {
  /** The conflicting index, and its effect. */
  readonly problem: string;
  readonly remedy: string;
}

/** Collections in which the fleet writes all documents. Any other unique index there is a mistake. */
const OURS_ALONE: ReadonlySet<string> = new Set([
  'keys',
  'dead_letters',
  'dead_letter_parts',
  'value_fingerprints',
]);

/** @param existing the collection's indexes, as listIndexes shows them. */
export function judgeIndex(wanted: Index, existing: readonly Document[]): IndexVerdict {
  const { collection, key } = wanted;
  const alike = existing.filter((index) => isSame(index.key, key));
  const unique = (OURS_ALONE.has(collection) ? existing : alike).find(
    (index) => index.unique === true && !isSame(index.key, { _id: 1 }),
  );
  if (unique)
    return {
      problem: `${named(collection, unique)} is unique, and refuses documents of the fleet`,
      remedy: 'drop it',
    };
  const removes = alike.find((index) => index.expireAfterSeconds !== wanted.expireAfterSeconds);
  if (removes)
    return {
      problem: `${named(collection, removes)} ${
        wanted.expireAfterSeconds === undefined
          ? 'removes documents of the fleet after some time'
          : 'does not remove documents when they expire'
      }`,
      remedy: 'drop it; the fleet creates its own',
    };
  if (alike.some((index) => serves(index, wanted))) return 'there';
  return existing.some(({ name }) => name === defaultName(key)) ? 'missing, name taken' : 'missing';
}

/** The name that MongoDB's drivers give an index. */
export function defaultName(key: Index['key']): string {
  return Object.entries(key).flat().join('_');
}

/** An index in words: collection, name and fields. */
export function named(
  collection: string,
  { name, key }: { readonly name?: unknown; readonly key?: unknown },
): string {
  return `the index ${String(name)} ${JSON.stringify(key)} of the collection ${collection}`;
}

/** Whether the index has every document that the wanted index would have. */
function serves({ sparse, partialFilterExpression, collation }: Document, wanted: Index): boolean {
  if (sparse === true || collation !== undefined) return false;
  return (
    partialFilterExpression === undefined || isSame(partialFilterExpression, wanted.partialFilterExpression)
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
