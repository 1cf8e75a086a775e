import { createHash } from 'node:crypto';

/** Bytes of a piece that are shown. */
export const HEAD_BYTES = 300;
/** Bytes of a piece that are compared, beside its length: what is longer is never read whole. */
export const COMPARED_BYTES = 64 * 1024;

/** What is read of a text or of bytes: enough to show its beginning, and to compare it. */
export interface Piece {
  /** All that it has, in bytes. */
  readonly bytes: number;
  /** Its first HEAD_BYTES. */
  readonly head: Buffer;
  /** SHA-1 of its first COMPARED_BYTES, in hex: what Redis' scripts can compute. */
  readonly digest: string;
}

/** @param bytes of the whole, where `buffer` is but its beginning. */
export function pieceOf(buffer: Buffer, bytes: number = buffer.length): Piece {
  const digest = createHash('sha1').update(buffer.subarray(0, COMPARED_BYTES)).digest('hex');
  return { bytes, head: buffer.subarray(0, HEAD_BYTES), digest };
}

/** The same for two pieces that are equal, as far as they are compared. */
export function fingerprintOfPiece({ bytes, digest }: Piece): string {
  return `${bytes}:${digest}`;
}
