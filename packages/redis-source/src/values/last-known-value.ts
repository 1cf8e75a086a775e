import { type Item, valueType } from '@redis-to-mongo/key-types';
import {
  type KeyState,
  type KeyType,
  type ReplaceWrite,
  type ValueDocument,
  valueCollectionsOf,
} from '@redis-to-mongo/pipeline';

/**
 * A write of a value as one document, for a value whose content is known without reading it. The key's next
 * read replaces it.
 */
export function lastKnownValue(keyType: KeyType, state: KeyState, items: readonly Item[]): ReplaceWrite {
  const type = valueType(keyType);
  const { stream, type: part, incarnation, status } = state;
  const bytes = items.flat().reduce((sum, { length }) => sum + length, 0);
  const document: ValueDocument = {
    ...{ stream, type: part, incarnation, active: status === 'active', form: 'inline', expiresAt: null },
    size: type.source.size?.of === 'items' ? items.length : bytes,
    ...type.shape.inline.document(items),
  };
  return {
    kind: 'replace',
    ...valueCollectionsOf(type.names, state),
    formFields: ['removeAt', 'first', ...type.shape.inline.fields],
    document,
    hasMembers: false,
    bytes,
  };
}
