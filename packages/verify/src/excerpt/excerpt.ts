import type { Piece } from '@redis-to-mongo/redis-source';

/**
 * The result of comparing one part. An entry that Redis has dropped is not a difference: the mirror exists to
 * keep such entries.
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
  /**
   * An entry's names and values one after the other; a field's value; a member's score, if any; else the
   * whole.
   */
  readonly parts: readonly Piece[];
  /** Total number of parts. */
  readonly count: number;
}

/** One entry or item of a key, as each side holds it. */
export interface ExcerptRow {
  /** An entry's id, an item's index, a member or field; `undefined` for a string and for JSON. */
  readonly name: string | Piece | undefined;
  readonly redis: ExcerptSide | undefined;
  readonly mongo: ExcerptSide | undefined;
  readonly verdict: ExcerptVerdict;
}

/** A part of a key on both sides, read at about the same time. */
export interface Excerpt {
  readonly at: Date;
  /** The key's type in Redis; `none` if it does not exist. */
  readonly inRedis: string;
  /**
   * Total number of entries, members, fields or items; bytes of a string or JSON. For MongoDB `null` if
   * unknown.
   */
  readonly sizes: { readonly redis: number; readonly mongo: number | null };
  /** False for a large value: the rows are the first parts in MongoDB, looked up in Redis. */
  readonly isWhole: boolean;
  readonly rows: readonly ExcerptRow[];
}

/** Whether a verdict means that the mirror differs from Redis, possibly only until the next sync. */
export function isDifferent(verdict: ExcerptVerdict): boolean {
  return verdict === 'different' || verdict === 'only in Redis' || verdict === 'only in MongoDB';
}
