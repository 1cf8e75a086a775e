import type { KeyPlace } from '@redis-to-mongo/mongo-sink';
import { digestOf, startOf } from './key-path.js';

/** A place of at most this many bytes is written in full. A longer name is written as its start and its digest. */
const MAX_BYTES = 1_200;

/** A place in a list, for an address. */
export function placeText({ key, value }: KeyPlace): string {
  const isShort = Buffer.byteLength(JSON.stringify([key, value])) <= MAX_BYTES;
  return encoded(isShort ? [key, value] : [startOf(key), value, digestOf(key)]);
}

/**
 * The place that an address names; `undefined` if it names none.
 * @param nameOf finds a name by its start and its digest.
 */
export async function placeOf(
  text: string,
  nameOf: (start: string, digest: string) => Promise<string | undefined>,
): Promise<KeyPlace | undefined> {
  const [key, value, digest] = decoded(text);
  if (typeof key !== 'string') return undefined;
  if (value !== null && !Number.isSafeInteger(value)) return undefined;
  const at = typeof value === 'number' ? value : null;
  // If the key no longer exists, the list continues from the start of its name.
  const name = typeof digest === 'string' ? ((await nameOf(key, digest)) ?? key) : key;
  return { key: name, value: at };
}

/** Encodes a list as text for an address. */
export function encoded(list: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(list)).toString('base64url');
}

/** Decodes a list from an address. Returns an empty list for any other text. */
export function decoded(text: string): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}
