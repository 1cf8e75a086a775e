import { KEY_TYPES, METADATA_TYPE, VALUE_TYPES } from '@redis-to-mongo/key-types';
import { memberCollectionOf, type RuleSpec, STREAM_MESSAGES } from '@redis-to-mongo/pipeline';
import { pathIn, pathsIn } from '../values/value-place.js';
import { elementIndexes, type Index, manifestIndexes, removeAtIndex } from './value-indexes.js';

/** The indexes that the collections of rules need, each once. */
export function ruleIndexes(rules: readonly RuleSpec[]): readonly Index[] {
  const found = new Map<string, Index>();
  for (const index of rules.flatMap(indexesOf))
    found.set(`${index.collection} ${JSON.stringify(index.key)}`, index);
  return [...found.values()];
}

function indexesOf(rule: RuleSpec): Index[] {
  const { types = KEY_TYPES, collection, ttlMs, shape } = rule;
  const messagesIn = collection ?? STREAM_MESSAGES;
  // The index on _id returns messages in order. They need another one only if a TTL removes them.
  const messages =
    types.includes('stream') && ttlMs !== undefined ? [inShape(removeAtIndex(messagesIn), shape)] : [];
  const values = valuesOf(rule);
  // Values from before the rule had a shape are still in the fleet's own shape until they change.
  return [...messages, ...values, ...(shape ? values.flatMap(shapedIndexes) : [])];
}

function valuesOf({ types = KEY_TYPES, collection, shape }: RuleSpec): Index[] {
  if (collection !== undefined)
    return types.includes('stream')
      ? []
      : [
          ...manifestIndexes(collection, types.includes(METADATA_TYPE.names.keyType)),
          ...elementIndexes(memberCollectionOf(collection)),
        ];
  if (!shape) return [];
  return VALUE_TYPES.filter(({ names }) => types.includes(names.keyType)).flatMap((type) => [
    ...manifestIndexes(type.names.collection, type === METADATA_TYPE),
    ...elementIndexes(type.names.memberCollection),
  ]);
}

/**
 * The same index on shaped documents. Manifests also get an index on the key, because their `_id` can differ
 * from it.
 */
function shapedIndexes(index: Index): Index[] {
  const byKey: Index = { collection: index.collection, key: { [pathIn(true, 'key')]: 1 } };
  return 'removeAt' in index.key ? [inShape(index, 'document'), byKey] : [inShape(index, 'document')];
}

function inShape(index: Index, shape: RuleSpec['shape']): Index {
  if (!shape) return index;
  const { key, partialFilterExpression: partial } = index;
  return {
    ...index,
    key: Object.fromEntries(Object.entries(key).map(([name, order]) => [pathIn(true, name), order])),
    ...(partial ? { partialFilterExpression: pathsIn(true, partial) } : {}),
  };
}
