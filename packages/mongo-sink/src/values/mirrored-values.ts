import { Buffer } from 'node:buffer';
import {
  bytesOf,
  decodeFields,
  decodeItems,
  decodeScore,
  type KeyState,
  type KeyType,
  leftOut,
  messageIdBounds,
  plainValue,
  SyncError,
  shownKey,
} from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { collectionsOf, type ValueCollections } from '../database/collection-of.js';
import { mongoError } from '../errors/mongo-error.js';
import { HEADER_PROJECTION, parseHeader, plainUnit, type UnitDocument, unitsOf } from './value-header.js';
import { documentIdOf, ownerOf, type StoredValue } from './value-place.js';

export type ValueKeyType = Exclude<KeyType, 'stream'>;

/**
 * A part of a value as bytes: a set's `[member]`, a sorted set's `[member, score]`, a hash's `[field, value]` (with the
 * time at which it expires, in ms since 1970, where it has one), a list's `[item]`, a piece of a string or of a JSON text.
 */
export type MirroredItem = readonly Buffer[];

export interface MirroredValue {
  readonly active: boolean;
  readonly expiresAt: Date | null;
  /** Members, fields or items; bytes of a string or of JSON. As the document says. */
  readonly size: unknown;
  /** Which life of which key it says that it is. */
  readonly incarnation: unknown;
  readonly stream: unknown;
  readonly type: unknown;
  /** Fields of a hash that a rule left out. */
  readonly left: number;
  /** False for a refused document that only tells of a large value: its items are documents of their own. */
  readonly hasItems: boolean;
  /**
   * The items, in order where the value has one.
   * @throws SyncError VALUE_CHANGED_WHILE_READ when the fleet changed the value meanwhile: begin again.
   */
  items(): AsyncGenerator<MirroredItem>;
}

const NONE = Buffer.alloc(0);

/**
 * What MongoDB holds of a value; `undefined` for nothing. A large one is read page by page.
 * @throws SyncError as mongoError tells.
 */
export async function readMirroredValue(
  db: Db,
  keyType: ValueKeyType,
  state: Pick<KeyState, 'key' | 'collection' | 'documentId'>,
): Promise<MirroredValue | undefined> {
  const names = collectionsOf(keyType, state);
  return await connected(db, async () => {
    const stored = await db.collection<StoredValue>(names.collection).findOne({ _id: documentIdOf(state) });
    // Another key's, by an _id that a rule made.
    if (!stored || (ownerOf(stored) ?? state.key) !== state.key) return undefined;
    const document: Document = plainValue(stored);
    const isLarge = document.form === 'members';
    const items = () => (isLarge ? unitItems(db, keyType, names, stored) : inlineItems(keyType, document));
    return { ...describe(document), hasItems: true, items };
  });
}

/** A value document that is not in its collection: its items are in it, or not to be had. */
export function valueIn(keyType: ValueKeyType, document: Document): MirroredValue {
  const hasItems = document.form !== 'members';
  return { ...describe(document), hasItems, items: () => inlineItems(keyType, hasItems ? document : {}) };
}

function describe(document: Document): Omit<MirroredValue, 'items' | 'hasItems'> {
  const { active, expiresAt, size, incarnation, stream, type, mapped } = document;
  return {
    active: active === true,
    expiresAt: expiresAt instanceof Date ? expiresAt : null,
    ...{ size, incarnation, stream, type },
    left: leftOut({ mapped }),
  };
}

async function* inlineItems(keyType: ValueKeyType, document: Document): AsyncGenerator<MirroredItem> {
  if (document.active !== true) return;
  switch (keyType) {
    case 'set':
      for (const member of decodeItems(listOf(document.members), document)) yield [member];
      return;
    case 'zset': {
      const members = listOf(document.members);
      const names = decodeItems(
        members.map(({ member }) => member),
        document,
      );
      for (const [i, each] of members.entries()) yield [names[i] ?? NONE, decodeScore(each)];
      return;
    }
    case 'list':
      for (const item of decodeItems(listOf(document.items), document)) yield [item];
      return;
    case 'hash': {
      const times = new Map(
        listOf(document.fieldsExpireAt ?? []).map((each) => [
          bytesOf(each.field).toString('latin1'),
          each.expiresAt,
        ]),
      );
      for (const [field, value] of decodeFields(document.fields, document))
        yield withTime([field, value], times.get(field.toString('latin1')));
      return;
    }
    case 'string':
      yield [...decodeItems([document.value], document)];
      return;
    case 'json':
      yield [Buffer.from(typeof document.text === 'string' ? document.text : JSON.stringify(document.value))];
  }
}

async function* unitItems(
  db: Db,
  keyType: ValueKeyType,
  { collection, memberCollection }: ValueCollections,
  stored: StoredValue,
): AsyncGenerator<MirroredItem> {
  const header = parseHeader(stored);
  const _id = messageIdBounds(header.key, header.incarnation);
  const pieces = new Pieces();
  try {
    const units = db
      .collection<UnitDocument>(memberCollection)
      .find({ ...unitsOf(header), _id }, { batchSize: 1000 })
      .sort({ _id: 1 })
      .allowDiskUse(true);
    for await (const each of units) {
      const unit = plainUnit(each);
      const item = itemOf(keyType, unit);
      if (unit.parts === undefined) yield item;
      else yield* pieces.add(keyType, unit, item);
    }
    const after = await db
      .collection<StoredValue>(collection)
      .findOne({ _id: stored._id }, { projection: HEADER_PROJECTION });
    if (!after || parseHeader(after).generation !== header.generation) throw changed(header.key);
  } catch (error) {
    throw mongoError(error);
  }
}

/** Puts the pieces of items together that were too large for one document. */
class Pieces {
  readonly #open = new Map<string, (MirroredItem | undefined)[]>();

  *add(keyType: ValueKeyType, unit: UnitDocument, item: MirroredItem): Generator<MirroredItem> {
    // What is the same in all pieces of an item. Those of earlier versions tell only the field, the place, or how many there are.
    const name =
      typeof unit.of === 'string'
        ? unit.of
        : JSON.stringify([unit.index, keyType === 'hash' ? item[0]?.toString('latin1') : unit.parts]);
    const pieces = this.#open.get(name) ?? [];
    this.#open.set(name, pieces);
    if (pieces[unit.part]) throw ambiguous(unit.key);
    pieces[unit.part] = item;
    if (pieces.filter((piece) => piece !== undefined).length < Number(unit.parts)) return;
    this.#open.delete(name);
    const joined = (at: number) => Buffer.concat(pieces.flatMap((piece) => piece?.[at] ?? []));
    // A field's name that was cut is in the first pieces, and empty in the others.
    if (unit.fieldParts !== undefined) yield item.with(0, joined(0)).with(1, joined(1));
    else {
      const cut = keyType === 'hash' ? 1 : 0;
      yield item.with(cut, joined(cut));
    }
  }
}

/** The item that a document of a large value holds, or its piece of one. */
export function itemOf(keyType: ValueKeyType, unit: Document): MirroredItem {
  switch (keyType) {
    case 'set':
      return decodeItems([unit.member], unit);
    case 'zset':
      return [...decodeItems([unit.member], unit), decodeScore(unit)];
    case 'hash':
      return withTime(decodeFields([[unit.field, unit.value]], unit)[0] ?? [], unit.expiresAt);
    case 'list':
      return decodeItems([unit.item], unit);
    case 'string':
    case 'json':
      return [bytesOf(unit.data)];
  }
}

function withTime(item: MirroredItem, time: unknown): MirroredItem {
  return time instanceof Date ? [...item, Buffer.from(String(time.getTime()))] : item;
}

function listOf(value: unknown): Document[] {
  if (Array.isArray(value)) return value;
  throw new TypeError('a value’s document has no list where it should');
}

function changed(key: string): SyncError {
  return new SyncError(
    'VALUE_CHANGED_WHILE_READ',
    'transient',
    `key ${shownKey(key)}: it changed while it was read`,
  );
}

function ambiguous(key: string): SyncError {
  return new SyncError(
    'VALUE_PIECES_AMBIGUOUS',
    'unknown',
    `key ${shownKey(key)}: several members of more than 8 MiB; their pieces in MongoDB, written by an earlier version, do not tell whose they are: resync the key`,
  );
}
