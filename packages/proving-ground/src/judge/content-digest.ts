import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

/**
 * A fingerprint of an entry's fields, in order: 48 bits of SHA-1, for callers that cannot keep whole entries.
 */
export function contentDigest(pairs: Iterable<readonly [name: Uint8Array, value: Uint8Array]>): number {
  const hash = createHash('sha1');
  for (const [name, value] of pairs) {
    hash.update(`${name.length}:`).update(name).update(`${value.length}:`).update(value);
  }
  return hash.digest().readUIntBE(0, 6);
}

/** The pairs of a flat list: name, value, name, value, … */
export function* pairsOf(flat: readonly (string | Buffer)[]): Generator<[name: Buffer, value: Buffer]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [bytes(flat[i] ?? ''), bytes(flat[i + 1] ?? '')];
}

function bytes(item: string | Buffer): Buffer {
  return typeof item === 'string' ? Buffer.from(item, 'utf8') : item;
}
