import { hash } from 'node:crypto';

/** Bytes of a piece that are shown. */
export const HEAD_BYTES = 300;
/** Bytes of a piece that are compared, in addition to its length. Longer pieces are never read whole. */
export const COMPARED_BYTES = 64 * 1024;

/** An excerpt of a text or of bytes: enough to show its beginning, and to compare it. */
export interface Piece {
  /** The length of the whole, in bytes. */
  readonly bytes: number;
  /** Its first HEAD_BYTES. */
  readonly head: Buffer;
  /** SHA-1 of its first COMPARED_BYTES, in hex: Redis scripts can compute it. */
  readonly digest: string;
}

/**
 * Makes a piece of a text or of bytes.
 * @param bytes the length of the whole, if `buffer` is only its beginning.
 */
export function pieceOf(buffer: Buffer, bytes: number = buffer.length): Piece {
  const digest = hash('sha1', buffer.subarray(0, COMPARED_BYTES), 'hex');
  return { bytes, head: buffer.subarray(0, HEAD_BYTES), digest };
}

/** A text that is equal for two pieces if their lengths and compared bytes are equal. */
export function fingerprintOfPiece({ bytes, digest }: Piece): string {
  return `${bytes}:${digest}`;
}
