import { KEY_TYPES, memberCollectionOf, type RuleSpec, STREAM_MESSAGES } from '@redis-to-mongo/pipeline';
import { headerIndexes, type Index, removeAtIndex, unitIndexes } from './value-indexes.js';

/** The indexes that the collections of rules need, each once. */
export function ruleIndexes(rules: readonly RuleSpec[]): readonly Index[] {
  const found = new Map<string, Index>();
  for (const index of rules.flatMap(indexesOf))
    found.set(`${index.collection} ${JSON.stringify(index.key)}`, index);
  return [...found.values()];
}

function indexesOf({ types = KEY_TYPES, collection, ttlMs }: RuleSpec): Index[] {
  // Messages are read in order by _id; one more index on them is only for those that are to go.
  const messages =
    types.includes('stream') && ttlMs !== undefined ? [removeAtIndex(collection ?? STREAM_MESSAGES)] : [];
  const values =
    collection === undefined || types.includes('stream')
      ? []
      : [...headerIndexes(collection, types.includes('set')), ...unitIndexes(memberCollectionOf(collection))];
  return [...messages, ...values];
}
