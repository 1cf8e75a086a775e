import { collectionsUsed } from '@redis-to-mongo/mongo-sink';

/** The collections that the fleet keeps for itself, or that keys go to without a rule. */
export const OUR_COLLECTIONS = collectionsUsed([]).all;

/** Where the members of large values are, of a collection that a rule names; as packages/pipeline has it. */
export function membersOf(collection: string): string {
  return `${collection}_members`;
}
