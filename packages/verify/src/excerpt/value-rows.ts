import type { Item, ValueType } from '@redis-to-mongo/key-types';
import { type MirroredValue, readMirroredValue } from '@redis-to-mongo/mongo-sink';
import type { KeyState } from '@redis-to-mongo/pipeline';
import {
  COMPARED_BYTES,
  type ExcerptItem,
  fingerprintOfPiece,
  type Piece,
  pieceOf,
  type SourceExcerpt,
} from '@redis-to-mongo/redis-source';
import type { Database } from '../sides.js';
import type { Excerpt, ExcerptRow, ExcerptSide, ExcerptVerdict } from './excerpt.js';

/** Number of parts (members, fields, items) read from Redis, and of MongoDB's parts looked up in Redis. */
const PARTS = 20;
/** Maximum number of items, and bytes, read from MongoDB. A larger value is not read whole. */
const MOST_ITEMS = 500;
const MOST_BYTES = 1024 * 1024;

type Ask = (limit: number, names: readonly Buffer[]) => Promise<SourceExcerpt>;

/** The part of a value that is read from MongoDB. */
interface Stored {
  readonly items: readonly Item[];
  /** Whether these are all items. */
  readonly isWhole: boolean;
  /** Fields that a rule left out. */
  readonly left: number;
}

/** Reads the first parts of a value on both sides. */
export async function valueRows(
  db: Database,
  type: ValueType,
  state: KeyState,
  ask: Ask,
): Promise<Pick<Excerpt, 'sizes' | 'isWhole' | 'rows'>> {
  const mirrored = await readMirroredValue(db, type.names.keyType, state);
  const value = mirrored?.active === true ? mirrored : undefined;
  const stored = await beginningOf(type, value);
  const { size, rows } = await rowsOf(type, stored, ask, Number(value?.size));
  const mongo = typeof value?.size === 'number' ? value.size : null;
  const isWhole = stored.isWhole || type.shape.order !== 'hashed';
  return { sizes: { redis: size, mongo }, isWhole, rows };
}

async function beginningOf(type: ValueType, value: MirroredValue | undefined): Promise<Stored> {
  const items: Item[] = [];
  if (!value) return { items, isWhole: true, left: 0 };
  const mostBytes = type.shape.order === 'indexed' ? COMPARED_BYTES : MOST_BYTES;
  let bytes = 0;
  for await (const item of value.items()) {
    items.push(item);
    for (const part of item) bytes += part.length;
    if (items.length >= MOST_ITEMS || bytes >= mostBytes) return { items, isWhole: false, left: value.left };
  }
  return { items, isWhole: true, left: value.left };
}

interface Rows {
  readonly size: number;
  readonly rows: readonly ExcerptRow[];
}

async function rowsOf(
  { shape, excerpt: { normal } }: ValueType,
  stored: Stored,
  ask: Ask,
  bytes: number,
): Promise<Rows> {
  if (shape.order === 'sliding') return await byPlace(stored, ask);
  if (shape.order === 'indexed') return await wholeRow(stored, ask, bytes);
  return await byName(stored, ask, normal && (({ head }) => pieceOf(normal(head))));
}

async function byPlace({ items, isWhole }: Stored, ask: Ask): Promise<Rows> {
  const source = await ask(PARTS, []);
  const length = isWhole ? Math.max(source.items.length, items.length) : items.length;
  const rows = Array.from({ length: Math.min(PARTS, length) }, (_, i) =>
    rowOf(String(i), source.items[i], sideOf(items[i]?.slice(0, 1))),
  );
  return { size: source.size, rows };
}

/** A string or JSON value in one row. */
async function wholeRow({ items }: Stored, ask: Ask, bytes: number): Promise<Rows> {
  const { size, items: found } = await ask(1, []);
  const pieces = items.flat();
  const there = pieces.length > 0 ? toSide([pieceOf(Buffer.concat(pieces), bytes)]) : undefined;
  const rows = found[0] || there ? [rowOf(undefined, found[0], there)] : [];
  return { size, rows };
}

/**
 * Members or fields, matched by name: the first ones from Redis, and the first ones from MongoDB.
 * @param normal converts Redis's reply for a member or field to the form in MongoDB; absent if members have
 * no value.
 */
async function byName(
  { items, isWhole, left }: Stored,
  ask: Ask,
  normal?: (reply: Piece) => Piece,
): Promise<Rows> {
  const there = new Map(items.map((item) => [fingerprintOfPiece(nameOf(item)), item]));
  const first = items.slice(0, PARTS);
  // Longer names are not looked up.
  const asked = first.flatMap(([name]) => (name && name.length <= COMPARED_BYTES ? [name] : []));
  const source = await ask(PARTS, asked);
  const answers = new Map(asked.map((name, i) => [name, source.asked[i]]));
  const redisSide = (reply: Piece | undefined) => toSide(normal && reply ? [normal(reply)] : []);
  const mongoSide = (item: Item) => toSide(normal ? item.slice(1, 2).map((part) => pieceOf(part)) : []);

  const rows = new Map<string, ExcerptRow>();
  for (const { parts } of source.items) {
    const [name, reply] = parts;
    const item = name && there.get(fingerprintOfPiece(name));
    if (!name || (!item && !isWhole)) continue;
    const row = rowOf(name, redisSide(reply), item && mongoSide(item));
    rows.set(fingerprintOfPiece(name), item || left === 0 ? row : { ...row, verdict: 'left out' });
  }
  // If all of Redis's items were read, no further one has to be looked up.
  const isAllThere = source.items.length >= source.size;
  for (const item of first) {
    const [key] = item;
    const name = nameOf(item);
    if (!key || rows.has(fingerprintOfPiece(name))) continue;
    const reply = isAllThere ? undefined : answers.has(key) ? answers.get(key) : 'refused';
    const row = rowOf(name, reply && reply !== 'refused' ? redisSide(reply) : undefined, mongoSide(item));
    rows.set(fingerprintOfPiece(name), reply === 'refused' ? { ...row, verdict: 'not compared' } : row);
  }
  return { size: source.size, rows: [...rows.values()] };
}

function nameOf([name]: Item): Piece {
  return pieceOf(name ?? Buffer.alloc(0));
}

function sideOf(item: Item | undefined): ExcerptSide | undefined {
  return item && toSide(item.map((part) => pieceOf(part)));
}

function toSide(parts: readonly Piece[]): ExcerptSide {
  return { parts, count: parts.length };
}

function rowOf(
  name: ExcerptRow['name'],
  redis: ExcerptItem | ExcerptSide | undefined,
  mongo: ExcerptSide | undefined,
): ExcerptRow {
  return { name, redis, mongo, verdict: verdictOf(redis, mongo) };
}

function verdictOf(redis: ExcerptSide | undefined, mongo: ExcerptSide | undefined): ExcerptVerdict {
  if (!redis) return 'only in MongoDB';
  if (!mongo) return 'only in Redis';
  const fingerprints = (side: ExcerptSide) => side.parts.map(fingerprintOfPiece).join(' ');
  return fingerprints(redis) === fingerprints(mongo) ? 'same' : 'different';
}
