import { Buffer, isUtf8 } from 'node:buffer';

const ESCAPE = 'base64:';

/**
 * The key id: the unique name of a Redis key as text, used as `_id` in MongoDB, in jobs, logs and commands;
 * never empty. The id of a key in valid UTF-8 is the key itself. The id of any other key is `base64:` plus
 * the base64 of its bytes: a key that is not UTF-8, a key that begins with `base64:`, and the empty key
 * (`base64:`). So two keys never share an id.
 */
export function keyIdOf(key: Uint8Array): string {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  if (bytes.length > 0 && isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    if (!text.startsWith(ESCAPE)) return text;
  }
  return ESCAPE + bytes.toString('base64');
}

/** The bytes of the Redis key with this key id; the inverse of `keyIdOf`. */
export function keyBytes(keyId: string): Buffer {
  return isEscapedKeyId(keyId)
    ? Buffer.from(keyId.slice(ESCAPE.length), 'base64')
    : Buffer.from(keyId, 'utf8');
}

/**
 * The name of a key as a command argument: text if possible, because it costs less to send; otherwise bytes.
 */
export function keyName(keyId: string): string | Buffer {
  return isEscapedKeyId(keyId) ? keyBytes(keyId) : keyId;
}

/** Whether a text is a key id in the form that `keyIdOf` writes. */
export function isKeyId(id: string): boolean {
  return isEscapedKeyId(id) ? keyIdOf(keyBytes(id)) === id : id !== '' && !HALF_A_CHARACTER.test(id);
}

/** A lone surrogate is not valid text: when sent, it would become another name. */
const HALF_A_CHARACTER = /\p{Surrogate}/u;

/** Whether a key id is the key's bytes in base64, not the key's own text. */
export function isEscapedKeyId(keyId: string): boolean {
  return keyId.startsWith(ESCAPE);
}

/** The prefix of key ids that are not the key's own text. */
export const ESCAPED_KEY_IDS = ESCAPE;

/**
 * The id of the key that a person names. Other spellings are accepted: `''` for the empty key, base64 without
 * its padding.
 */
export function canonicalKeyId(name: string): string {
  return keyIdOf(keyBytes(name));
}

/**
 * The longest name of a key that is mirrored, in bytes: each of its documents holds the name, and MongoDB
 * accepts documents of 16 MiB.
 */
export const LONGEST_KEY_BYTES = 1024 * 1024;

/**
 * Stands for the type of a key whose name is longer than LONGEST_KEY_BYTES. Such a key is counted and
 * skipped, like a type that is not mirrored.
 */
export const NAME_TOO_LONG = { unknown: 'name above 1 MiB' } as const;

/** Whether a key's name is too long to be mirrored. */
export function isTooLongKeyId(keyId: string): boolean {
  return keyId.length * 3 > LONGEST_KEY_BYTES && keyBytes(keyId).length > LONGEST_KEY_BYTES;
}
