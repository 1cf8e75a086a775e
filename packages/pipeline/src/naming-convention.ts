import { Buffer } from 'node:buffer';
import { isEscapedKeyId, keyBytes, keyIdOf } from './key-id.js';

/** The place of a key in the naming convention: its stream and type. */
export interface Place {
  /** The main stream's name. */
  readonly stream: string;
  /** `main` for the stream itself, else the part behind the separator. */
  readonly type: string;
}

/**
 * Reads a key's place from its name: `<stream>` is a main stream, `<stream><separator><type>` belongs to it.
 * The first separator counts, since a main stream's own name holds none. A key that does not follow the
 * convention (nothing before or behind the separator) stands for itself, with type `main`. Of a name that is not text both
 * parts are key ids: `base64:…` where a part is no text either, so that a stream's id finds what belongs to it.
 */
export function placeOf(keyId: string, separator: string): Place {
  const own = { stream: keyId, type: 'main' };
  if (isEscapedKeyId(keyId)) {
    const name = keyBytes(keyId);
    const at = name.indexOf(separator);
    const behind = at + Buffer.byteLength(separator);
    if (at <= 0 || behind >= name.length) return own;
    return { stream: keyIdOf(name.subarray(0, at)), type: keyIdOf(name.subarray(behind)) };
  }
  const at = keyId.indexOf(separator);
  const behind = at + separator.length;
  if (at <= 0 || behind >= keyId.length) return own;
  return { stream: keyId.slice(0, at), type: keyId.slice(behind) };
}
