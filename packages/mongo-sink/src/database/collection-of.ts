import { isValueType, VALUE_TYPES, valueType } from '@redis-to-mongo/key-types';
import {
  type KeyState,
  type KeyType,
  memberCollectionOf,
  messageCollectionOf,
  valueCollectionsOf,
} from '@redis-to-mongo/pipeline';

/** Where a value's documents are: itself, and its elements where it is large. */
export interface ValueCollections {
  readonly collection: string;
  readonly memberCollection: string;
}

/** The collection that a key goes to: that of its type, unless a rule named one. */
export function collectionOf(key: Pick<KeyState, 'keyType' | 'collection'>): string {
  return isValueType(key.keyType) ? collectionsOf(key.keyType, key).collection : messageCollectionOf(key);
}

/** Where a key's value is, and its members where it is large. */
export function collectionsOf(keyType: KeyType, key: Pick<KeyState, 'collection'>): ValueCollections {
  return valueCollectionsOf(valueType(keyType).names, key);
}

/** All collections in which values may be, and their elements: those of the types, and those of rules. */
export function allValueCollections(ofRules: Iterable<string>): readonly ValueCollections[] {
  const named = [...ofRules].map((collection) => ({
    collection,
    memberCollection: memberCollectionOf(collection),
  }));
  return [...VALUE_TYPES.map(({ names }) => names), ...named];
}
