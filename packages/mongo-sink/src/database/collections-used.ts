import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { memberCollectionOf, type RuleSpec, STREAM_MESSAGES } from '@redis-to-mongo/pipeline';
import { INDEXES } from '../indexes/indexes.js';
import { ruleIndexes } from '../indexes/rule-indexes.js';

/** All collections that the fleet reads and writes, each once: its own, those of the key types, and those of rules. */
export function collectionsUsed(rules: readonly RuleSpec[]) {
  const indexed = [...INDEXES, ...ruleIndexes(rules)].map(({ collection }) => collection);
  const ofRules = rules.flatMap(({ collection, types = KEY_TYPES }) => {
    if (collection === undefined) return [];
    return types.includes('stream') ? [collection] : [collection, memberCollectionOf(collection)];
  });
  return {
    all: [...new Set([...indexed, 'fleet', STREAM_MESSAGES, ...ofRules])],
    /** The collections in which the fleet creates indexes. */
    indexed: [...new Set(indexed)],
  };
}
