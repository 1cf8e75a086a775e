import { Buffer } from 'node:buffer';
import { bytesOf, decodeContent, pairsOf } from '../content.js';
import { isObject } from '../members-of.js';
import { isMeantBy, textOfValue } from './content-mapper.js';

/** An entry, decoded from its message. */
export interface DecodedEntry {
  /** Names and values as bytes, in the entry's order. */
  readonly pairs: readonly (readonly [name: Buffer, value: Buffer])[];
  /** Number of fields that are missing because a rule left them out. */
  readonly left: number;
  /** Whether each parsed value still matches its text. */
  readonly isIntact: boolean;
}

/**
 * Decodes a stream's entry from the `content` and `mapped` of its message, as any MongoDB driver for Node
 * returns them. The result is exact, byte for byte, except for fields that a rule left out.
 * @throws TypeError if they are not in a form that the fleet writes.
 */
export function decodeEntry({
  content,
  mapped,
}: {
  readonly content?: unknown;
  readonly mapped?: unknown;
}): DecodedEntry {
  if (mapped === undefined) return { pairs: decodeContent(content), left: 0, isIntact: true };
  if (!isObject(mapped)) throw new TypeError('mapped: not an object');
  const { renamed = [], texts: before = [] } = mapped;
  const [names, texts] = [placesOf(renamed), placesOf(before)];
  let isIntact = true;
  const pairs = pairsOf(content).map(([name, value], place) => {
    const text = texts.get(place);
    isIntact &&= text === undefined || isMeantBy(text, value);
    return [
      bytesOf(names.get(place) ?? name),
      text === undefined ? valueBytes(value) : Buffer.from(text, 'utf8'),
    ] as const;
  });
  const left = 'left' in mapped ? Number(mapped.left) : 0;
  return { pairs, left, isIntact };
}

/** As decodeEntry; `undefined` if they are not in a form that the fleet writes. */
export function decodedIfKnown(stored: Parameters<typeof decodeEntry>[0]): DecodedEntry | undefined {
  try {
    return decodeEntry(stored);
  } catch {
    return undefined;
  }
}

/** The bytes of a stored value: those of text or binary, otherwise those of its text; see textOfValue. */
export function valueBytes(value: unknown): Buffer {
  try {
    return bytesOf(value);
  } catch {
    return Buffer.from(textOfValue(value), 'utf8');
  }
}

/** Places and texts of a mapping's list. @throws TypeError if it is not such a list. */
export function placesOf(list: unknown): ReadonlyMap<number, string> {
  if (!Array.isArray(list)) throw new TypeError('mapped: not a list');
  return new Map(
    list.map((each: unknown): [number, string] => {
      if (!Array.isArray(each) || typeof each[1] !== 'string')
        throw new TypeError('mapped: not [place, text]');
      return [Number(each[0]), each[1]];
    }),
  );
}
