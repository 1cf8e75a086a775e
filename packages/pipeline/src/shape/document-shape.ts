import type { ValueDocument } from '../batch.js';
import { contentOf, isPlainName, pairsOf } from '../content.js';
import { isObject, membersOf } from '../members-of.js';

/**
 * The shape `document`: the content is at the top level, and the fleet's fields are in one subdocument,
 * `_redis`. Documents without that subdocument have the fleet's own shape. This file is pure: see
 * docs/decisions/0021.
 */
export interface DocumentShape {
  /**
   * The names at the top level, by the fleet's names: `members`, `member`, `score`, `items`, `item`, `value`,
   * `samples`, `at`, `labels`.
   */
  readonly names: Readonly<Record<string, string>>;
}

/** The subdocument that holds the fleet's fields. */
export const OURS = '_redis';

/** The fields of a value's document that are content; all others are the fleet's. */
const CONTENT = [
  ...['fields', 'value', 'members', 'items', 'samples', 'labels'],
  ...['field', 'member', 'score', 'item', 'at', 'data'],
];

type Place = readonly [place: number, name: unknown, value: unknown];

/** Whether a document has the shape `document`. */
export function isShaped<T extends object>(
  document: T,
): document is T & { readonly [OURS]: Readonly<Record<string, unknown>> } {
  return OURS in document && typeof document[OURS] === 'object' && document[OURS] !== null;
}

/** The fleet's part of a document: everything but the content. In the fleet's own shape, the content too. */
export function headOf(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isShaped(document) ? document[OURS] : document;
}

/**
 * Puts a value's document, or that of a member, into the shape. The members of an object go to the top level.
 * Members whose names cannot be there stay in `_redis.fields`, each with its place: `_id`, `_redis`,
 * `removeAt`, and names that an object does not keep (see isPlainName).
 * @param own more of the fleet's fields, such as the key.
 */
export function shapeValue(
  document: ValueDocument,
  { names }: DocumentShape,
  own: ValueDocument,
): ValueDocument {
  const top: Record<string, unknown> = {};
  const ours: Record<string, unknown> = { ...own };
  const renamed: [string, string][] = [];
  for (const [name, value] of Object.entries(document)) {
    const pairs = liftable(name, value, document);
    if (pairs) {
      const places = lift(pairs, top);
      ours.lifted = name;
      if (places.length > 0) ours.fields = places;
    } else if (CONTENT.includes(name)) {
      const stored = names[name] ?? name;
      top[stored] = value;
      if (stored !== name) renamed.push([stored, name]);
    } else ours[name] = value;
  }
  if (renamed.length > 0) ours.names = Object.fromEntries(renamed);
  return { ...top, [OURS]: ours };
}

/**
 * Converts a value's document, or that of a member, to the fleet's own shape. A document in that shape is
 * returned unchanged.
 */
export function plainValue(stored: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!isShaped(stored)) return stored;
  const { _id, [OURS]: ours, ...top } = stored;
  const { lifted, fields, names, ...head } = ours;
  if (typeof lifted === 'string') {
    const pairs = lowered(Object.entries(top), fields);
    const content = lifted === 'fields' ? contentOf(pairs) : objectOf(pairs);
    return { _id, ...head, [lifted]: content };
  }
  const nameOf = new Map(Object.entries(membersOf(names)));
  const content = Object.entries(top).map(([name, value]) => [String(nameOf.get(name) ?? name), value]);
  return { _id, ...head, ...Object.fromEntries(content) };
}

/** Puts a message into the shape: its fields at the top level. */
export function shapeMessage<Message extends { readonly _id: string; readonly content: unknown }>({
  _id,
  content,
  ...head
}: Message): ValueDocument {
  const top: Record<string, unknown> = { _id };
  const places = lift(pairsOf(content), top);
  return { ...top, [OURS]: places.length > 0 ? { ...head, fields: places } : head };
}

/** Converts a message to the fleet's own shape. A message in that shape is returned unchanged. */
export function plainMessage(stored: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!isShaped(stored)) return stored;
  const { _id, [OURS]: ours, ...top } = stored;
  const { fields, ...head } = ours;
  return { _id, ...head, content: contentOf(lowered(Object.entries(top), fields)) };
}

/**
 * Whether a name may be at the top level of a document of this shape. `removeAt` may not: MongoDB removes
 * documents by it.
 */
export function mayStandOnTop(name: string): boolean {
  return name !== '_id' && name !== OURS && name !== 'removeAt' && isPlainName(name);
}

/** The pairs that go to the top level instead of a value's one field; `undefined` if the field stays. */
function liftable(name: string, value: unknown, { form, text }: ValueDocument): Pairs | undefined {
  if (form === undefined) return undefined; // a member's document
  if (name === 'fields') return pairsOf(value);
  if (name !== 'value' || !isObject(value)) return undefined;
  if (!Array.isArray(value)) return isPlainObject(value) ? Object.entries(value) : undefined;
  // A JSON object with names that MongoDB refuses is an array of pairs.
  return typeof text === 'string' && /^\s*\{/.test(text) ? pairsOf(value) : undefined;
}

/** Puts pairs at the top level, and returns the pairs that cannot be there, with their places. */
function lift(pairs: Pairs, top: Record<string, unknown>): Place[] {
  const places: Place[] = [];
  pairs.forEach(([name, value], place) => {
    if (typeof name === 'string' && mayStandOnTop(name) && !Object.hasOwn(top, name)) top[name] = value;
    else places.push([place, name, value]);
  });
  return places;
}

type Pairs = readonly (readonly [name: unknown, value: unknown])[];

/** The opposite of lift. @throws TypeError if `fields` does not have the form that lift makes. */
function lowered(top: readonly (readonly [string, unknown])[], fields: unknown): Pairs {
  if (fields === undefined) return top;
  if (!Array.isArray(fields)) throw new TypeError(`${OURS}.fields: not a list`);
  const pairs: (readonly [unknown, unknown])[] = [];
  let next = 0;
  // The places in `fields` are in ascending order.
  for (const each of fields) {
    if (!Array.isArray(each) || each.length !== 3)
      throw new TypeError(`${OURS}.fields: not a list of places`);
    const place = Number(each[0]);
    for (let pair = top[next]; pair && pairs.length < place; pair = top[++next]) pairs.push(pair);
    pairs.push([each[1], each[2]]);
  }
  for (let pair = top[next]; pair; pair = top[++next]) pairs.push(pair);
  return pairs;
}

function objectOf(pairs: Pairs): unknown {
  return pairs.every(([name]) => typeof name === 'string' && name !== '__proto__')
    ? Object.fromEntries(pairs.map(([name, value]) => [String(name), value]))
    : pairs;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
