import type { KeyPlace } from '@redis-to-mongo/mongo-sink';
import { digestOf, startOf } from './name-digest.js';

/** A place of at most this many bytes is written as it is; a longer name as its beginning and its digest. */
const MAX_BYTES = 1_200;

/** A place in a list, for an address. */
export function placeText({ key, value }: KeyPlace): string {
  const whole = JSON.stringify([key, value]);
  const text =
    Buffer.byteLength(whole) <= MAX_BYTES ? whole : JSON.stringify([startOf(key), value, digestOf(key)]);
  return Buffer.from(text).toString('base64url');
}

/**
 * The place that an address names; `undefined` if it names none.
 * @param nameOf finds the name that has a start and a digest.
 */
export async function placeOf(
  text: string,
  nameOf: (start: string, digest: string) => Promise<string | undefined>,
): Promise<KeyPlace | undefined> {
  const read = parsed(text);
  if (!Array.isArray(read)) return undefined;
  const [key, value, digest]: readonly unknown[] = read;
  if (typeof key !== 'string') return undefined;
  if (value !== null && !Number.isSafeInteger(value)) return undefined;
  const at = typeof value === 'number' ? value : null;
  // A key that is gone: the list continues from where its name begins.
  const name = typeof digest === 'string' ? ((await nameOf(key, digest)) ?? key) : key;
  return { key: name, value: at };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
