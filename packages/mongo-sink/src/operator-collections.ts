import type { KeyType } from '@redis-to-mongo/pipeline';

/** Where a value's documents are: itself, and its units where it is large. */
export interface ValueCollections {
  readonly collection: string;
  readonly memberCollection: string;
}

/** The collections of each key type that is a value, as its syncer in redis-source names them. */
export const VALUE_COLLECTIONS: Readonly<Record<Exclude<KeyType, 'stream'>, ValueCollections>> = {
  set: { collection: 'sets', memberCollection: 'set_members' },
  zset: { collection: 'zsets', memberCollection: 'zset_members' },
  hash: { collection: 'hashes', memberCollection: 'hash_fields' },
  list: { collection: 'lists', memberCollection: 'list_items' },
  string: { collection: 'strings', memberCollection: 'string_parts' },
  json: { collection: 'json', memberCollection: 'json_parts' },
};

/** The collection that keys of a type go to. */
export function collectionOf(keyType: KeyType): string {
  return keyType === 'stream' ? 'stream_messages' : VALUE_COLLECTIONS[keyType].collection;
}
