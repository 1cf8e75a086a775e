/** One element of a BSON document, unread. */
export interface BsonElement {
  readonly type: number;
  readonly name: string;
  /** Where its value lies in the buffer. */
  readonly from: number;
  readonly to: number;
}

const STRING = 0x02;
const DOCUMENT = 0x03;
const ARRAY = 0x04;
const BINARY = 0x05;
/** Bytes that the values of other types take. Source: https://bsonspec.org/spec.html */
const FIXED: Readonly<Record<number, number>> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  17: 8,
  18: 8,
  19: 16,
};

/** The elements of the document that begins at `start`, without reading their values. @throws RangeError on a type that commands do not have. */
export function* bsonElements(buffer: Buffer, start: number): Generator<BsonElement> {
  let at = start + 4;
  const end = start + buffer.readInt32LE(start) - 1;
  while (at < end) {
    const type = buffer[at] ?? 0;
    const nameEnd = buffer.indexOf(0, at + 1);
    const from = nameEnd + 1;
    const to = from + sizeOf(buffer, type, from);
    yield { type, name: buffer.toString('latin1', at + 1, nameEnd), from, to };
    at = to;
  }
}

/** How many elements the array or document at `start` has: walked from size to size. */
export function countElements(buffer: Buffer, start: number): number {
  let count = 0;
  let at = start + 4;
  const end = start + buffer.readInt32LE(start) - 1;
  while (at < end) {
    const type = buffer[at] ?? 0;
    let from = at + 1;
    while (buffer[from] !== 0) from++;
    from++;
    at = from + sizeOf(buffer, type, from);
    count++;
  }
  return count;
}

function sizeOf(buffer: Buffer, type: number, from: number): number {
  if (type === DOCUMENT || type === ARRAY) return buffer.readInt32LE(from);
  if (type === STRING) return 4 + buffer.readInt32LE(from);
  if (type === BINARY) return 5 + buffer.readInt32LE(from);
  const size = FIXED[type];
  if (size === undefined) throw new RangeError(`BSON type ${type} is not expected in a command`);
  return size;
}
