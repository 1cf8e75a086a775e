import type { Position } from '@redis-to-mongo/pipeline';
import type { Frame } from './sliding-frame.js';

/** The state of a value that is in MongoDB. */
export interface ValuePosition {
  readonly form: 'inline' | 'members';
  /** The sum of the items' fingerprints. */
  readonly digest: string;
  readonly items: number;
  readonly bytes: number;
  /** In ms since 1970; null for never. */
  readonly expiresAt: number | null;
  readonly frame: Frame | undefined;
  /** The checksum of the reply with a small value; see SmallReply. */
  readonly checksum?: string | undefined;
}

/**
 * `undefined` if there is no position, or it is of another version. The value is then read and compared as a
 * new one.
 */
export function parseValuePosition(stored: Position | null): ValuePosition | undefined {
  if (stored === null) return undefined;
  const { form, digest, items, bytes, expiresAt, first, size, head, tail, checksum } = stored;
  if ((form !== 'inline' && form !== 'members') || typeof digest !== 'string') return undefined;
  const hasFrame = typeof first === 'number' && typeof size === 'number';
  return {
    form,
    digest,
    items: Number(items ?? 0),
    bytes: Number(bytes ?? 0),
    expiresAt: typeof expiresAt === 'number' ? expiresAt : null,
    checksum: typeof checksum === 'string' ? checksum : undefined,
    frame: hasFrame ? { first, size, head: listOf(head), tail: listOf(tail) } : undefined,
  };
}

export function toPosition({
  form,
  digest,
  items,
  bytes,
  expiresAt,
  frame,
  checksum,
}: ValuePosition): Position {
  const position = { form, digest, items, bytes, expiresAt };
  if (frame) {
    const { first, size, head, tail } = frame;
    return { ...position, first, size, head: head.join(' '), tail: tail.join(' ') };
  }
  return checksum === undefined ? position : { form, digest, items, bytes, expiresAt, checksum };
}

function listOf(text: unknown): readonly string[] {
  return typeof text === 'string' && text !== '' ? text.split(' ') : [];
}
