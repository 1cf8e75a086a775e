import {
  KEY_TYPES,
  type KeyState,
  type KeyType,
  memberCollectionOf,
  messageCollectionOf,
  valueCollectionsOf,
} from '@redis-to-mongo/pipeline';

/** Where a value's documents are: itself, and its units where it is large. */
export interface ValueCollections {
  readonly collection: string;
  readonly memberCollection: string;
}

/** The collections of each key type that is a value, as its syncer in redis-source names them. */
const VALUE_COLLECTIONS: Readonly<Record<Exclude<KeyType, 'stream'>, ValueCollections>> = {
  set: { collection: 'sets', memberCollection: 'set_members' },
  zset: { collection: 'zsets', memberCollection: 'zset_members' },
  hash: { collection: 'hashes', memberCollection: 'hash_fields' },
  list: { collection: 'lists', memberCollection: 'list_items' },
  string: { collection: 'strings', memberCollection: 'string_parts' },
  json: { collection: 'json', memberCollection: 'json_parts' },
};

/** The key types that are values. */
export const VALUE_KEY_TYPES = KEY_TYPES.filter((keyType) => keyType !== 'stream');

/** The collection that a key goes to: that of its type, unless a rule named one. */
export function collectionOf(key: Pick<KeyState, 'keyType' | 'collection'>): string {
  return key.keyType === 'stream'
    ? messageCollectionOf(key)
    : valueCollectionsOf(VALUE_COLLECTIONS[key.keyType], key).collection;
}

/** Where a key's value is, and its members where it is large. */
export function collectionsOf(
  keyType: Exclude<KeyType, 'stream'>,
  key: Pick<KeyState, 'collection'>,
): ValueCollections {
  return valueCollectionsOf(VALUE_COLLECTIONS[keyType], key);
}

/** All collections in which values may be, and their units: those of the types, and those of rules. */
export function allValueCollections(ofRules: Iterable<string>): readonly ValueCollections[] {
  const named = [...ofRules].map((collection) => ({
    collection,
    memberCollection: memberCollectionOf(collection),
  }));
  return [...Object.values(VALUE_COLLECTIONS), ...named];
}
