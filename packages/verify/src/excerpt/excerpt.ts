import type { Piece } from '@redis-to-mongo/redis-source';

/**
 * The result of comparing one part. Entries that Redis has dropped are not a difference: the mirror exists to keep
 * them.
 */
export type ExcerptVerdict =
  | 'same'
  | 'different'
  | 'only in Redis'
  | 'only in MongoDB'
  | 'dropped by Redis'
  | 'dead letter'
  | 'left out'
  | 'not compared';

/** One side's value of a part. */
export interface ExcerptSide {
  /** Of an entry its names and values one after the other; of a field its value, of a member its score if it has one; else the whole. */
  readonly parts: readonly Piece[];
  /** Parts in all. */
  readonly count: number;
}

/** One entry or item of a key, as each side holds it. */
export interface ExcerptRow {
  /** An entry's id, an item's place, a member or field; `undefined` of a string and of JSON. */
  readonly name: string | Piece | undefined;
  readonly redis: ExcerptSide | undefined;
  readonly mongo: ExcerptSide | undefined;
  readonly verdict: ExcerptVerdict;
}

/** Some of a key as both sides hold it at about one time. */
export interface Excerpt {
  readonly at: Date;
  /** Its type in Redis; `none` where it is not there. */
  readonly inRedis: string;
  /** Entries, members, fields or items in all; of a string or JSON its bytes. Of MongoDB `null` if unknown. */
  readonly sizes: { readonly redis: number; readonly mongo: number | null };
  /** False of a large value: these are the first parts that MongoDB has, looked up in Redis. */
  readonly isWhole: boolean;
  readonly rows: readonly ExcerptRow[];
}

/** Whether a verdict means that the mirror does not, or not yet, have what Redis holds. */
export function isDifferent(verdict: ExcerptVerdict): boolean {
  return verdict === 'different' || verdict === 'only in Redis' || verdict === 'only in MongoDB';
}
