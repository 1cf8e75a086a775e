import { isValueType, VALUE_TYPES, valueType } from '@redis-to-mongo/key-types';
import {
  type KeyState,
  type KeyType,
  memberCollectionOf,
  messageCollectionOf,
  valueCollectionsOf,
} from '@redis-to-mongo/pipeline';

/** The collections of a value: its document, and its elements if it is large. */
export interface ValueCollections {
  readonly collection: string;
  readonly memberCollection: string;
}

/** The collection of a key's documents: the one in the key's document, else that of its type. */
export function collectionOf(key: Pick<KeyState, 'keyType' | 'collection'>): string {
  return isValueType(key.keyType) ? collectionsOf(key.keyType, key).collection : messageCollectionOf(key);
}

/**
 * All collections that can hold a key's documents: that of collectionOf, and for a value that of its
 * elements.
 */
export function collectionNames(key: Pick<KeyState, 'keyType' | 'collection'>): readonly string[] {
  if (!isValueType(key.keyType)) return [collectionOf(key)];
  const { collection, memberCollection } = collectionsOf(key.keyType, key);
  return [collection, memberCollection];
}

/** The collections of a key's value, and of its members if it is large. */
export function collectionsOf(keyType: KeyType, key: Pick<KeyState, 'collection'>): ValueCollections {
  return valueCollectionsOf(valueType(keyType).names, key);
}

/** All collections that can hold values and their elements: those of the types, and those of rules. */
export function allValueCollections(ofRules: Iterable<string>): readonly ValueCollections[] {
  const named = [...ofRules].map((collection) => ({
    collection,
    memberCollection: memberCollectionOf(collection),
  }));
  return [...VALUE_TYPES.map(({ names }) => names), ...named];
}
