/** An index, and when MongoDB itself removes what it leads to. */
export interface Index {
  readonly collection: string;
  readonly key: Record<string, 1>;
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
  ...HEADERS.flatMap((collection): Index[] => [
    { collection, key: { stream: 1, type: 1 } },
    // Only documents that are to go have the field: see the option for expired keys.
    { collection, key: { removeAt: 1 }, expireAfterSeconds: 0 },
  ]),
  ...UNITS.flatMap((collection): Index[] => [
    { collection, key: { key: 1, until: 1 } },
    { collection, key: { key: 1, bucket: 1 } },
  ]),
  { collection: 'value_fingerprints', key: { key: 1, generation: 1 } },
];
