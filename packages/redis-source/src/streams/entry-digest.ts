import { hash } from 'node:crypto';
import type { StoredText } from '@redis-to-mongo/pipeline';

/** A stream's entry: its id, and names and values in turn. */
export type Entry = readonly [id: string, flat: readonly StoredText[]];

/** Distinguishes an entry from another one with the same id. */
export function digestOf([id, flat]: Entry): string {
  const items = [id, ...flat.flatMap((item) => [`\0${item.length}:`, item])];
  const isText = flat.every((item) => typeof item === 'string');
  const whole = isText ? items.join('') : Buffer.concat(items.map(toBuffer));
  return hash('sha1', whole, 'base64').slice(0, 12);
}

function toBuffer(item: StoredText): Uint8Array {
  return typeof item === 'string' ? Buffer.from(item) : item;
}
