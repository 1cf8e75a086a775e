import { Buffer } from 'node:buffer';
import { bytesOf, decodeContent, pairsOf } from '../content.js';
import { isObject } from '../members-of.js';
import { isMeantBy, textOfValue } from './content-mapper.js';

/** An entry given back from its message. */
export interface DecodedEntry {
  /** Names and values as bytes, in the entry's order. */
  readonly pairs: readonly (readonly [name: Buffer, value: Buffer])[];
  /** How many fields are not here, because a rule left them out. */
  readonly left: number;
  /** Each parsed value is still what its text means: nobody has changed the one without the other. */
  readonly isIntact: boolean;
}

/**
 * Gives back what the stream's entry held, from a message's `content` and `mapped` as any MongoDB driver for Node
 * returns them: byte for byte, but for the fields that a rule left out.
 * @throws TypeError when they are not of a form that the fleet writes.
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

/** As decodeEntry; undefined where they are not of a form that the fleet writes. */
export function decodedIfKnown(stored: Parameters<typeof decodeEntry>[0]): DecodedEntry | undefined {
  try {
    return decodeEntry(stored);
  } catch {
    return undefined;
  }
}

/** The bytes of a stored value: of text and binary their own, of anything else what it says by itself. */
export function valueBytes(value: unknown): Buffer {
  try {
    return bytesOf(value);
  } catch {
    return Buffer.from(textOfValue(value), 'utf8');
  }
}

/** Places and texts of a mapping's list. @throws TypeError where it is none. */
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
