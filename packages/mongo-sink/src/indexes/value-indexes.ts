/** An index, and when MongoDB itself removes what it leads to. */
export interface Index {
  readonly collection: string;
  readonly key: Record<string, 1 | -1>;
  /** Documents go this many seconds after the time that the indexed field holds. */
  readonly expireAfterSeconds?: number;
  /** Which documents are in it; default all. */
  readonly partialFilterExpression?: Record<string, unknown>;
}

const HEADERS = ['sets', 'zsets', 'hashes', 'lists', 'strings', 'json'] as const;
const UNITS = [
  'set_members',
  'zset_members',
  'hash_fields',
  'list_items',
  'string_parts',
  'json_parts',
] as const;

/** The indexes of values and their units: those that ended, and those of a part of the value that changed. */
export const VALUE_INDEXES: readonly Index[] = [
  ...HEADERS.flatMap((collection) => headerIndexes(collection, collection === 'sets')),
  ...UNITS.flatMap(unitIndexes),
  { collection: 'value_fingerprints', key: { key: 1, generation: 1 } },
];

/**
 * Those of a collection of values. The sets of a stream are asked for by the stream. What else belongs to a stream is found by its
 * name, which begins with the stream's: a range of `_id`.
 */
export function headerIndexes(collection: string, hasSets: boolean): Index[] {
  const removeAt = removeAtIndex(collection);
  return hasSets ? [{ collection, key: { stream: 1, type: 1 } }, removeAt] : [removeAt];
}

/** Those of a collection of the units of large values. */
export function unitIndexes(collection: string): Index[] {
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
export const FORMER_VALUE_INDEXES: readonly Index[] = HEADERS.filter(
  (collection) => collection !== 'sets',
).map((collection) => ({ collection, key: { stream: 1, type: 1 } }));
