import type { Piece } from '@redis-to-mongo/redis-source';

/** What is found of a part on both sides. What Redis has dropped from a stream is no difference: the mirror is there to keep it. */
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

/** Whether a verdict shows that the mirror is not, or not yet, what Redis holds. */
export function isDifferent(verdict: ExcerptVerdict): boolean {
  return verdict === 'different' || verdict === 'only in Redis' || verdict === 'only in MongoDB';
}
