import { isObject, isTakenByDrivers, type ValueDocument } from '@redis-to-mongo/pipeline';

/** A lone surrogate: JSON can write it, UTF-8 can't. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** MongoDB accepts 100 levels of nesting; the value is inside a document. */
const MAX_DEPTH = 90;

/**
 * A JSON text as a document's field `value`. If `value` can't give back exactly the same JSON, `text` holds
 * it exactly (except white space). This is so for numbers that a double changes, for members whose order
 * would change, for strings that are not Unicode, and for objects with names that MongoDB or its drivers
 * refuse (empty, with `.` or `$`, `_bsontype`), which become arrays of `[name, value]` pairs. If the JSON is
 * nested deeper than 90 levels, `value` is null.
 */
export function jsonValue(text: string): ValueDocument {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { value: null, text };
  }
  const plain = { isSame: true };
  const value = storable(parsed, 0, plain);
  if (value === undefined) return { value: null, text };
  return plain.isSame && JSON.stringify(parsed) === withoutSpace(text) ? { value } : { value, text };
}

/**
 * The bytes that BSON adds to a value in a list: its type, its index in digits, and 64 bits for one digit of
 * text.
 */
const TOKEN_BYTES = 17;

/**
 * An estimate of the bytes that a part of a JSON text takes in a document, as `value` and as `text`. Short
 * numbers grow most.
 */
export function jsonWeight(text: Uint8Array): number {
  let tokens = 0;
  for (const byte of text) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) tokens++; // , [ {
  return 2 * text.length + TOKEN_BYTES * tokens;
}

/** @returns `undefined` if the value is nested too deeply. */
function storable(value: unknown, depth: number, plain: { isSame: boolean }): unknown {
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) plain.isSame = false;
  if (!isObject(value)) return value;
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => storable(item, depth + 1, plain));
    return items.includes(undefined) ? undefined : items;
  }
  const members = Object.entries(value).map(
    ([name, member]) => [name, storable(member, depth + 2, plain)] as const,
  );
  if (members.some(([, member]) => member === undefined)) return undefined;
  if (members.every(([name]) => isPlainName(name))) return Object.fromEntries(members);
  plain.isSame = false;
  return members.map((pair) => [...pair]);
}

function isPlainName(name: string): boolean {
  return name !== '' && !/[.$\0]/.test(name) && !isTakenByDrivers(name) && !LONE_SURROGATE.test(name);
}

/**
 * Removes the white space between the tokens of a JSON text. It goes from string to string: one regular
 * expression for all of it fails on texts of a few MB.
 */
export function withoutSpace(json: string): string {
  let kept = '';
  for (let at = 0; at < json.length; ) {
    const begin = json.indexOf('"', at);
    const end = begin < 0 ? json.length : endOfText(json, begin);
    kept += json.slice(at, begin < 0 ? end : begin).replace(/\s+/g, '');
    if (begin >= 0) kept += json.slice(begin, end);
    at = end;
  }
  return kept;
}

/** The index after the string that begins with the quote at `begin`. */
function endOfText(json: string, begin: number): number {
  for (let at = json.indexOf('"', begin + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let slashes = 0;
    while (json[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return json.length;
}
