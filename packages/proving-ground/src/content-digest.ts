import { createHash } from 'node:crypto';

/** A fingerprint of an entry's fields, in order: 48 bits of SHA-1, for ledgers that can't keep whole entries. */
export function contentDigest(pairs: Iterable<readonly [name: Uint8Array, value: Uint8Array]>): number {
  const hash = createHash('sha1');
  for (const [name, value] of pairs) {
    hash.update(`${name.length}:`).update(name).update(`${value.length}:`).update(value);
  }
  return hash.digest().readUIntBE(0, 6);
}
