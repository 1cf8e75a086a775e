import { Buffer, isUtf8 } from 'node:buffer';

const ESCAPE = 'base64:';

/**
 * The one textual name of a Redis key, used as `_id` in MongoDB, in jobs, logs and commands; never empty.
 * A key that is valid UTF-8 is its own text. Any other key is written `base64:` plus the base64 of its bytes: one that is
 * not UTF-8, one that itself begins with `base64:`, and the empty one (`base64:`). So two keys never share a name.
 */
export function keyIdOf(key: Uint8Array): string {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  if (bytes.length > 0 && isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    if (!text.startsWith(ESCAPE)) return text;
  }
  return ESCAPE + bytes.toString('base64');
}

/** The bytes of the Redis key that a key id names; the inverse of `keyIdOf`. */
export function keyBytes(keyId: string): Buffer {
  return isEscapedKeyId(keyId)
    ? Buffer.from(keyId.slice(ESCAPE.length), 'base64')
    : Buffer.from(keyId, 'utf8');
}

/** The name of a key as a command argument: its text, which costs less to send, else its bytes. */
export function keyName(keyId: string): string | Buffer {
  return isEscapedKeyId(keyId) ? keyBytes(keyId) : keyId;
}

/** Whether a text is a key id in the form that `keyIdOf` writes. */
export function isKeyId(id: string): boolean {
  return isEscapedKeyId(id) ? keyIdOf(keyBytes(id)) === id : id !== '' && !HALF_A_CHARACTER.test(id);
}

/** It is no text, and what is sent of it is another name. */
const HALF_A_CHARACTER = /\p{Surrogate}/u;

/** Whether a key id is not the key's own text, but its bytes in base64. */
export function isEscapedKeyId(keyId: string): boolean {
  return keyId.startsWith(ESCAPE);
}

/** The prefix of key ids that are not the key's own text. */
export const ESCAPED_KEY_IDS = ESCAPE;

/**
 * The id of the key that a person names, who may write it otherwise than the fleet does: `''` for the empty key, base64
 * without its padding.
 */
export function canonicalKeyId(name: string): string {
  return keyIdOf(keyBytes(name));
}

/** The longest name of a key that is mirrored, in bytes: each of its documents holds it, and MongoDB takes 16 MiB. */
export const LONGEST_KEY_BYTES = 1024 * 1024;

/**
 * Stands for the type of a key whose name is longer than LONGEST_KEY_BYTES. Such a key is counted and skipped,
 * like a type that is not mirrored.
 */
export const NAME_TOO_LONG = { unknown: 'name above 1 MiB' } as const;

/** Whether a key's name is too long to be mirrored. */
export function isTooLongKeyId(keyId: string): boolean {
  return keyId.length * 3 > LONGEST_KEY_BYTES && keyBytes(keyId).length > LONGEST_KEY_BYTES;
}
