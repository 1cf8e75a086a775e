import { Buffer } from 'node:buffer';
import { type Fields, messageOf } from '../generator/message-kinds.js';
import { oneOf, type Random, randomBytes, wholeFrom } from '../generator/random.js';

/** The fields of an entry. They contain the entry's number, so no two entries of a run are equal. */
export interface NumberedFields {
  readonly fields: Fields;
  readonly tooLarge: boolean;
}

/** More bytes than a document can hold (16 MiB). */
const TOO_LARGE = 16 * 1024 * 1024 + 4096;

export function plainEntry(random: Random, n: number): NumberedFields {
  const kind = oneOf(random, ['order', 'user', 'sensor', 'audit'] as const);
  return { fields: ['n', String(n), ...messageOf(kind, random, n)], tooLarge: false };
}

/**
 * Field names that are repeated, empty, not UTF-8, or special (`.`, `$`, NUL, array
 * indexes); values of any bytes.
 */
export function oddEntry(random: Random, n: number): NumberedFields {
  const names = ['', '$set', 'a.b', '__proto__', '0', 'n\0l', 'twice', 'twice', Buffer.from([0xff, 0xfe])];
  const fields: Fields = ['n', String(n)];
  for (let i = wholeFrom(random, 1, 6); i > 0; i--)
    fields.push(
      names[wholeFrom(random, 0, names.length - 1)] ?? '',
      randomBytes(random, wholeFrom(random, 0, 40)),
    );
  return { fields, tooLarge: false };
}

export function tooLargeEntry(n: number): NumberedFields {
  return { fields: ['n', String(n), 'blob', Buffer.alloc(TOO_LARGE, n % 251)], tooLarge: true };
}
