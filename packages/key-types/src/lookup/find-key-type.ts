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

/** @throws TypeError for a name that is none: see isKeyType. */
export function keyTypeEntry(keyType: KeyType): KeyTypeEntry {
  return found(BY_NAME.get(keyType), keyType);
}

/** Whether a name is that of a type whose keys hold a value: of all but streams. */
export function isValueType(keyType: unknown): keyType is KeyType {
  return VALUES.has(keyType);
}

/** @throws TypeError for a name that is not that of a type of values: see isValueType. */
export function valueType(keyType: KeyType): ValueType {
  return found(VALUES.get(keyType), keyType);
}

/**
 * What the answer of Redis' TYPE means: a key type, `undefined` for a key that is not there, or the answer
 * itself for a type the fleet has no name for (a module's type).
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
