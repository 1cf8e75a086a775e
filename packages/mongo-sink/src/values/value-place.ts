import {
  type DocumentShape,
  headOf,
  isShaped,
  type KeyState,
  OURS,
  shapeValue,
  shownKey,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import { type Document, Long, ObjectId } from 'mongodb';

/** The types of a value document's `_id`. */
export type StoredId = string | number | Long | ObjectId;

/** A document of a collection of values, in either shape. */
export type StoredValue = { _id: StoredId } & Document;

/** The `_id` of the document of a key's value: the key, unless a rule made another one. */
export function documentIdOf({ key, documentId }: Pick<KeyState, 'key' | 'documentId'>): StoredId {
  if (!documentId) return key;
  const { kind, text } = documentId;
  if (kind === 'objectId') return new ObjectId(text);
  if (kind === 'text') return text;
  const number = Number(text);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : Long.fromString(text);
}

/** An `_id` as text. Ids of different types differ, though their texts may be the same. */
export function idText(id: StoredId): string {
  return `${typeof id} ${String(id)}`;
}

/**
 * The path of a fleet field: below OURS if the document is in the shape `document`, else at the top level.
 */
export function pathIn(isInShape: boolean, name: string): string {
  return isInShape ? `${OURS}.${name}` : name;
}

/** Fleet fields with their paths (see pathIn), for `$set` and filters. */
export function pathsIn(isInShape: boolean, fields: Document): Document {
  if (!isInShape) return fields;
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [pathIn(true, name), value]));
}

/** The key whose document this is; `undefined` for one that is not the fleet's. */
export function ownerOf(stored: StoredValue): string | undefined {
  const { revision, incarnation, key } = headOf(stored);
  if (!Number.isSafeInteger(revision) || !Number.isSafeInteger(incarnation)) return undefined;
  const owner = isShaped(stored) ? key : stored._id;
  return typeof owner === 'string' ? owner : undefined;
}

/** A value's document as it is stored, without its `_id`. */
export function storedFields(
  { key, keyType }: Pick<KeyState, 'key' | 'keyType'>,
  document: ValueDocument,
  shape: DocumentShape | undefined,
): ValueDocument {
  return shape ? shapeValue(document, shape, { key, keyType }) : document;
}

/**
 * Fleet fields that only some shaped documents have. An update removes them if the new document lacks them.
 */
const SOMETIMES = [
  ...['fields', 'lifted', 'names', 'mapped', 'text', 'integer'],
  ...['fieldsExpireAt', 'removeAt', 'first', 'generation', 'resumable', 'sealed', 'rule', 'goneAt'],
];

/** An update that replaces a shaped document. Its fields about attempts at its members stay. */
export function replacementOf(stored: ValueDocument): Document[] {
  const { [OURS]: ours, ...top } = stored;
  return [
    { $unset: SOMETIMES.map((name) => pathIn(true, name)) },
    {
      $replaceWith: {
        $mergeObjects: [
          { _id: '$_id' },
          { $literal: top },
          { [OURS]: { $mergeObjects: [`$${OURS}`, { $literal: ours }] } },
        ],
      },
    },
  ];
}

/** The refusal of a value whose `_id` belongs to another key's document. The first document stays. */
export function idTaken(found: StoredValue): { readonly code: number; readonly message: string } {
  return {
    code: 11000,
    message: `the _id that the rule builds from the key's name already belongs to the key ${shownKey(ownerOf(found) ?? '')}, whose document stays`,
  };
}
