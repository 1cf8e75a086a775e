import type { Item } from '@redis-to-mongo/key-types';

/**
 * Maximum number of bytes of an item in a document: a pair of texts, or a member with its score, and what
 * BSON adds in a list.
 */
export function weightOf(item: Item): number {
  return item.reduce((sum, { length }) => sum + length, 40);
}
