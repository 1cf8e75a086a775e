import { Buffer } from 'node:buffer';
import { isObject, membersOf } from '../members-of.js';
import { isMeantBy } from './content-mapper.js';
import { decodeEntry, placesOf, valueBytes } from './decode-entry.js';

/** A value's document with its `mapped`, as any MongoDB driver for Node returns it. */
interface Mapped {
  readonly mapped?: unknown;
}

/**
 * Decodes the fields of a hash, byte for byte, except for fields that a rule left out.
 * @throws TypeError if they are not in a form that the fleet writes, or a value no longer matches its text.
 */
export function decodeFields(fields: unknown, { mapped }: Mapped): readonly (readonly [Buffer, Buffer])[] {
  const { pairs, isIntact } = decodeEntry({ content: fields, mapped });
  if (!isIntact) throw new TypeError(DAMAGED);
  return pairs;
}

/** As decodeFields, for the items of a list, the members of a set, or the value of a string. */
export function decodeItems(values: readonly unknown[], { mapped }: Mapped): readonly Buffer[] {
  const texts = textsIn(mapped);
  return values.map((value, place) => {
    const text = texts.get(place);
    if (text === undefined) return valueBytes(value);
    if (!isMeantBy(text, value)) throw new TypeError(DAMAGED);
    return Buffer.from(text);
  });
}

/** A sorted set's score as text. A document has `scoreText` if the text can't be derived from `score`. */
export function decodeScore({ score, scoreText }: { score?: unknown; scoreText?: unknown }): Buffer {
  if (typeof scoreText === 'string') return Buffer.from(scoreText);
  return Buffer.from(String(score instanceof Date ? score.getTime() : score));
}

/** Number of a hash's fields that a rule left out. */
export function leftOut({ mapped }: Mapped): number {
  return Number(membersOf(mapped).left ?? 0);
}

const DAMAGED = 'a value no longer matches the text that it was parsed from';

function textsIn(mapped: unknown): ReadonlyMap<number, string> {
  if (mapped === undefined) return new Map();
  if (!isObject(mapped)) throw new TypeError('mapped: not an object');
  return placesOf('texts' in mapped ? mapped.texts : []);
}
