import type { KeyType } from '@redis-to-mongo/pipeline';
import type { KeyTypeEntry } from '../contract/key-type-entry.js';
import type { ValueType } from '../contract/value-type.js';
import { KEY_TYPE_ENTRIES, VALUE_TYPES } from '../registry.js';

const BY_NAME: ReadonlyMap<unknown, KeyTypeEntry> = new Map(
  KEY_TYPE_ENTRIES.map((entry) => [entry.names.keyType, entry]),
);
const VALUES: ReadonlyMap<unknown, ValueType> = new Map(
  VALUE_TYPES.map((type) => [type.names.keyType, type]),
);
const BY_ANSWER: ReadonlyMap<string, KeyType> = new Map(
  KEY_TYPE_ENTRIES.map(({ answer, names }) => [answer, names.keyType]),
);

export function isKeyType(name: unknown): name is KeyType {
  return BY_NAME.has(name);
}

/** @throws TypeError if there is no such type: see isKeyType. */
export function keyTypeEntry(keyType: KeyType): KeyTypeEntry {
  return found(BY_NAME.get(keyType), keyType);
}

/** Whether this is the name of a value type: any type except streams. */
export function isValueType(keyType: unknown): keyType is KeyType {
  return VALUES.has(keyType);
}

/** @throws TypeError if there is no such value type: see isValueType. */
export function valueType(keyType: KeyType): ValueType {
  return found(VALUES.get(keyType), keyType);
}

/**
 * The meaning of an answer of Redis' TYPE: a key type, `undefined` for a missing key, or the answer itself
 * for a type that the fleet does not mirror (such as a module's).
 */
export function keyTypeOf(answer: string): KeyType | { readonly unknown: string } | undefined {
  if (answer === 'none') return undefined;
  return BY_ANSWER.get(answer) ?? { unknown: answer };
}

/** Whether keys of a type have a job scheduler each. */
export function hasScheduler(keyType: unknown): keyType is KeyType {
  return BY_NAME.get(keyType)?.hasScheduler === true;
}

function found<T>(entry: T | undefined, keyType: KeyType): T {
  if (entry === undefined) throw new TypeError(`there is no such key type: ${keyType}`);
  return entry;
}
