import { METADATA_TYPE, VALUE_TYPES } from '@redis-to-mongo/key-types';

/** An index, and the time after which MongoDB removes its documents. */
export interface Index {
  readonly collection: string;
  readonly key: Record<string, 1 | -1>;
  /** MongoDB removes a document this many seconds after the time in the indexed field. */
  readonly expireAfterSeconds?: number;
  /** Filter of the documents in the index; default: all. */
  readonly partialFilterExpression?: Record<string, unknown>;
}

/** The indexes of values and their elements. They find ended elements, and elements of a changed bucket. */
export const VALUE_INDEXES: readonly Index[] = [
  ...VALUE_TYPES.flatMap((type) => manifestIndexes(type.names.collection, type === METADATA_TYPE)),
  ...VALUE_TYPES.flatMap(({ names }) => elementIndexes(names.memberCollection)),
  { collection: 'value_fingerprints', key: { key: 1, generation: 1 } },
];

/**
 * The indexes of a collection of values. A stream's metadata is found by the stream. Other keys of a stream
 * are found by their name, which begins with the stream's name: a range of `_id`.
 */
export function manifestIndexes(collection: string, isMetadata: boolean): Index[] {
  const removeAt = removeAtIndex(collection);
  return isMetadata ? [{ collection, key: { stream: 1, type: 1 } }, removeAt] : [removeAt];
}

/** The indexes of a collection of elements. */
export function elementIndexes(collection: string): Index[] {
  return [
    { collection, key: { key: 1, until: 1 } },
    { collection, key: { key: 1, bucket: 1 } },
  ];
}

/**
 * The TTL index on `removeAt`. Only documents to be removed have the field: see GONE_VALUES, and `ttlSec` of
 * rules.
 */
export function removeAtIndex(collection: string): Index {
  const partialFilterExpression = { removeAt: { $gt: new Date(0) } };
  return { collection, key: { removeAt: 1 }, expireAfterSeconds: 0, partialFilterExpression };
}

/** Indexes of values of earlier versions. No query uses them, but they make each new value slower. */
export const FORMER_VALUE_INDEXES: readonly Index[] = VALUE_TYPES.filter(
  (type) => type !== METADATA_TYPE,
).map(({ names }) => ({ collection: names.collection, key: { stream: 1, type: 1 } }));
