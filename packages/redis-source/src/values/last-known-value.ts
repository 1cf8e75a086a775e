import {
  type KeyState,
  type ReplaceWrite,
  type ValueDocument,
  valueCollectionsOf,
} from '@redis-to-mongo/pipeline';
import { JSON_TYPE } from '../types/json.js';
import { LIST } from '../types/list.js';
import { SET } from '../types/set.js';
import { STRING } from '../types/string.js';
import { ZSET } from '../types/zset.js';
import type { Item, ValueType } from './value-type.js';

const TYPES = { set: SET, list: LIST, zset: ZSET, string: STRING, json: JSON_TYPE } as const;

export type LastKnownType = keyof typeof TYPES;

/** A value that is known otherwise than by reading it, as one document; the key's next reading replaces it. */
export function lastKnownValue(
  keyType: LastKnownType,
  state: KeyState,
  items: readonly Item[],
): ReplaceWrite {
  const type: ValueType = TYPES[keyType];
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
