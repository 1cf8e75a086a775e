import { Buffer, isUtf8 } from 'node:buffer';

const ESCAPE = 'base64:';

/**
 * The one textual name of a Redis key, used as `_id` in MongoDB, in jobs, logs and commands.
 * A key that is valid UTF-8 is its own text; any other key (and a key that itself begins with `base64:`)
 * is written `base64:` plus the base64 of its bytes, so that two keys never share a name.
 */
export function keyIdOf(key: Uint8Array): string {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  if (isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    if (!text.startsWith(ESCAPE)) return text;
  }
  return ESCAPE + bytes.toString('base64');
}

/** The bytes of the Redis key that a key id names; the inverse of `keyIdOf`. */
export function keyBytes(keyId: string): Buffer {
  return keyId.startsWith(ESCAPE)
    ? Buffer.from(keyId.slice(ESCAPE.length), 'base64')
    : Buffer.from(keyId, 'utf8');
}
