import { Buffer } from 'node:buffer';
import { type Item, type ValueType, valueType } from '@redis-to-mongo/key-types';
import {
  type KeyState,
  type KeyType,
  leftOut,
  messageIdBounds,
  plainValue,
  SyncError,
  shownKey,
  valueCollectionsOf,
} from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { collectionOf, type ValueCollections } from '../database/collection-of.js';
import { mongoError } from '../errors/mongo-error.js';
import {
  type ElementDocument,
  elementsOf,
  MANIFEST_PROJECTION,
  parseManifest,
  plainElement,
} from './value-manifest.js';
import { documentIdOf, idText, ownerOf, type StoredValue } from './value-place.js';

/** A value as MongoDB holds it. */
export interface MirroredValue {
  readonly active: boolean;
  readonly expiresAt: Date | null;
  /** Time of the write. */
  readonly syncedAt: Date;
  /** Members, fields or items; bytes of a string or of JSON. As the document states it. */
  readonly size: unknown;
  /** The incarnation, stream and type that the document states. */
  readonly incarnation: unknown;
  readonly stream: unknown;
  readonly type: unknown;
  /** Number of hash fields that a rule left out. */
  readonly left: number;
  /**
   * False for a refused document that only describes a large value: its items have documents of their own.
   */
  readonly hasItems: boolean;
  /** Whether its items have documents of their own. */
  readonly isLarge: boolean;
  /**
   * The items, in order if the value has an order.
   * @throws SyncError VALUE_CHANGED_WHILE_READ if the fleet changed the value meanwhile: start again.
   */
  items(): AsyncGenerator<Item>;
}

/**
 * Reads a value from MongoDB; `undefined` if there is none. A large value is read page by page.
 * @throws SyncError as mongoError.
 */
export async function readMirroredValue(
  db: Db,
  keyType: KeyType,
  state: Pick<KeyState, 'key' | 'collection' | 'documentId'>,
): Promise<MirroredValue | undefined> {
  const { collection } = valueCollectionsOf(valueType(keyType).names, state);
  return await connected(db, async () => {
    const stored = await db.collection<StoredValue>(collection).findOne({ _id: documentIdOf(state) });
    return stored ? mirroredValue(db, keyType, state, stored) : undefined;
  });
}

/**
 * Reads the values of many keys from MongoDB, one after the other, unordered.
 * @throws SyncError as mongoError.
 */
export async function* mirroredValues(
  db: Db,
  states: readonly KeyState[],
): AsyncGenerator<readonly [KeyState, MirroredValue]> {
  try {
    await ensureConnected(db);
    for (const collection of new Set(states.map(collectionOf))) {
      const owners = states.filter((state) => collectionOf(state) === collection);
      const byId = new Map(owners.map((state) => [idText(documentIdOf(state)), state]));
      const $in = owners.map(documentIdOf);
      for await (const stored of db.collection<StoredValue>(collection).find({ _id: { $in } })) {
        const state = byId.get(idText(stored._id));
        const value = state && mirroredValue(db, state.keyType, state, stored);
        if (value) yield [state, value];
      }
    }
  } catch (error) {
    throw mongoError(error);
  }
}

function mirroredValue(
  db: Db,
  keyType: KeyType,
  state: Pick<KeyState, 'key' | 'collection'>,
  stored: StoredValue,
): MirroredValue | undefined {
  // With a rule that builds the _id, the document can belong to another key.
  if ((ownerOf(stored) ?? state.key) !== state.key) return undefined;
  const type = valueType(keyType);
  const names = valueCollectionsOf(type.names, state);
  const document: Document = plainValue(stored);
  const isLarge = document.form === 'members';
  const items = () => (isLarge ? elementItems(db, type, names, stored) : inlineItems(type, document));
  return { ...describe(document), hasItems: true, isLarge, items };
}

/**
 * Reads a value document from a dead letter. Its items are inline, or not available.
 * @param at when MongoDB refused it.
 */
export function valueIn(type: ValueType, document: Document, at: Date): MirroredValue {
  const isLarge = document.form === 'members';
  const items = () => inlineItems(type, isLarge ? {} : document);
  return { ...describe({ ...document, syncedAt: at }), hasItems: !isLarge, isLarge, items };
}

function describe(document: Document): Omit<MirroredValue, 'items' | 'hasItems' | 'isLarge'> {
  const { active, expiresAt, syncedAt, size, incarnation, stream, type, mapped } = document;
  return {
    active: active === true,
    expiresAt: expiresAt instanceof Date ? expiresAt : null,
    syncedAt: syncedAt instanceof Date ? syncedAt : new Date(0),
    ...{ size, incarnation, stream, type },
    left: leftOut({ mapped }),
  };
}

async function* inlineItems(type: ValueType, document: Document): AsyncGenerator<Item> {
  if (document.active === true) yield* type.stored.inline(document);
}

async function* elementItems(
  db: Db,
  type: ValueType,
  { collection, memberCollection }: ValueCollections,
  stored: StoredValue,
): AsyncGenerator<Item> {
  const manifest = parseManifest(stored);
  const _id = messageIdBounds(manifest.key, manifest.incarnation);
  const pieces = new Pieces(type.shape.element.cut);
  try {
    const elements = db
      .collection<ElementDocument>(memberCollection)
      .find({ ...elementsOf(manifest), _id }, { batchSize: 1000 })
      .sort({ _id: 1 })
      .allowDiskUse(true);
    for await (const each of elements) {
      const element = plainElement(each);
      const item = type.stored.element(element);
      if (element.parts === undefined) yield item;
      else yield* pieces.add(element, item);
    }
    const after = await db
      .collection<StoredValue>(collection)
      .findOne({ _id: stored._id }, { projection: MANIFEST_PROJECTION });
    if (!after || parseManifest(after).generation !== manifest.generation) throw changed(manifest.key);
  } catch (error) {
    throw mongoError(error);
  }
}

/** Joins the pieces of items that were too large for one document. */
class Pieces {
  readonly #open = new Map<string, (Item | undefined)[]>();

  /** @param cut index of the part of an item that is cut into pieces; the part before it names the item. */
  constructor(private readonly cut: number) {}

  *add(element: ElementDocument, item: Item): Generator<Item> {
    // All pieces of an item share this name. Pieces of earlier versions have only the field, the index, or
    // the number of pieces.
    const name =
      typeof element.of === 'string'
        ? element.of
        : JSON.stringify([element.index, this.cut > 0 ? item[0]?.toString('latin1') : element.parts]);
    const pieces = this.#open.get(name) ?? [];
    this.#open.set(name, pieces);
    if (pieces[element.part]) throw ambiguous(element.key);
    pieces[element.part] = item;
    if (pieces.filter((piece) => piece !== undefined).length < Number(element.parts)) return;
    this.#open.delete(name);
    const joined = (at: number) => Buffer.concat(pieces.flatMap((piece) => piece?.[at] ?? []));
    // If the field's name was cut, the first pieces hold it, and it is empty in the others.
    if (element.fieldParts !== undefined) yield item.with(0, joined(0)).with(1, joined(1));
    else yield item.with(this.cut, joined(this.cut));
  }
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
    `key ${shownKey(key)}: several members of more than 8 MiB; an earlier version wrote their pieces to MongoDB, and they cannot be assigned to members: resync the key`,
  );
}
