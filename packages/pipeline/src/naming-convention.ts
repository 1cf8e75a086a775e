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
 * convention (nothing before or behind the separator, or the type of main streams behind it) stands for itself, with type `main`: no
 * two keys have the same place. Of a name that is not text both parts are key ids: `base64:…` where a part is no text either, so that a
 * stream's id finds what belongs to it.
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
