import type { Item } from '@redis-to-mongo/key-types';

/** What an item takes in a document, in bytes, at most: a pair of texts, or a member with its score, and what BSON adds in a list. */
export function weightOf(item: Item): number {
  return item.reduce((sum, { length }) => sum + length, 40);
}
