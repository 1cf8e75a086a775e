import { Buffer } from 'node:buffer';
import { isEscapedKeyId, keyBytes, keyIdOf } from './key-id.js';

/** The place of a key in the naming convention: its stream and type. */
export interface Place {
  /** The main stream's name. */
  readonly stream: string;
  /** `main` for the stream itself, otherwise the part after the separator. */
  readonly type: string;
}

/**
 * Derives a key's place from its name: `<stream>` is a main stream, `<stream><separator><type>` belongs to
 * it. The first separator counts, because a main stream's name contains none. A key that does not follow the
 * convention (no text before or after the separator, or `main` after it) is its own stream, with type `main`.
 * So no two keys have the same place. If a name is not UTF-8, both parts are key ids (`base64:…` for a part
 * that is not UTF-8), so that the keys of a stream are found by its id.
 */
export function placeOf(keyId: string, separator: string): Place {
  const { stream, type } = partsOf(keyId, separator) ?? { stream: keyId, type: MAIN };
  return type === MAIN ? { stream: keyId, type } : { stream, type };
}

const MAIN = 'main';

function partsOf(keyId: string, separator: string): Place | undefined {
  if (isEscapedKeyId(keyId)) {
    const name = keyBytes(keyId);
    const at = name.indexOf(separator);
    const behind = at + Buffer.byteLength(separator);
    if (at <= 0 || behind >= name.length) return undefined;
    return { stream: keyIdOf(name.subarray(0, at)), type: keyIdOf(name.subarray(behind)) };
  }
  const at = keyId.indexOf(separator);
  const behind = at + separator.length;
  if (at <= 0 || behind >= keyId.length) return undefined;
  return { stream: keyId.slice(0, at), type: keyId.slice(behind) };
}
