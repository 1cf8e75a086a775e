import { METADATA_TYPE, VALUE_TYPES } from '@redis-to-mongo/key-types';

/** An index, and when MongoDB itself removes what it leads to. */
export interface Index {
  readonly collection: string;
  readonly key: Record<string, 1 | -1>;
  /** Documents go this many seconds after the time that the indexed field holds. */
  readonly expireAfterSeconds?: number;
  /** Which documents are in it; default all. */
  readonly partialFilterExpression?: Record<string, unknown>;
}

/** The indexes of values and their elements: those that ended, and those of a part of the value that changed. */
export const VALUE_INDEXES: readonly Index[] = [
  ...VALUE_TYPES.flatMap((type) => manifestIndexes(type.names.collection, type === METADATA_TYPE)),
  ...VALUE_TYPES.flatMap(({ names }) => elementIndexes(names.memberCollection)),
  { collection: 'value_fingerprints', key: { key: 1, generation: 1 } },
];

/**
 * Those of a collection of values. The metadata of a stream is asked for by the stream. What else belongs to a stream is found by its
 * name, which begins with the stream's: a range of `_id`.
 */
export function manifestIndexes(collection: string, isMetadata: boolean): Index[] {
  const removeAt = removeAtIndex(collection);
  return isMetadata ? [{ collection, key: { stream: 1, type: 1 } }, removeAt] : [removeAt];
}

/** Those of a collection of the elements of large values. */
export function elementIndexes(collection: string): Index[] {
  return [
    { collection, key: { key: 1, until: 1 } },
    { collection, key: { key: 1, bucket: 1 } },
  ];
}

/** Lets documents go at their time. Only those that are to go have the field: see GONE_VALUES, and `ttlSec` of rules. */
export function removeAtIndex(collection: string): Index {
  const partialFilterExpression = { removeAt: { $gt: new Date(0) } };
  return { collection, key: { removeAt: 1 }, expireAfterSeconds: 0, partialFilterExpression };
}

/** What earlier versions made of values: nobody asks for these, and each new value pays for them. */
export const FORMER_VALUE_INDEXES: readonly Index[] = VALUE_TYPES.filter(
  (type) => type !== METADATA_TYPE,
).map(({ names }) => ({ collection: names.collection, key: { stream: 1, type: 1 } }));
