/** The key types the fleet knows, by the names used in options, jobs, metrics and documents. */
export const KEY_TYPES = ['stream', 'set', 'zset', 'hash', 'list', 'string', 'json'] as const;

/** The module's own name for its type. */
const JSON_ANSWER = 'ReJSON-RL';

export type KeyType = (typeof KEY_TYPES)[number];

/**
 * What the answer of Redis' TYPE means: a key type, `undefined` for a key that is not there, or the answer
 * itself for a type the fleet has no name for (a module's type).
 */
export function keyTypeOf(answer: string): KeyType | { readonly unknown: string } | undefined {
  if (answer === 'none') return undefined;
  if (answer === JSON_ANSWER) return 'json';
  return isKeyType(answer) ? answer : { unknown: answer };
}

export function isKeyType(name: unknown): name is KeyType {
  return KEY_TYPES.some((type) => type === name);
}

/** What Redis' TYPE answers for keys of the type; the inverse of `keyTypeOf`. */
export function typeAnswerOf(keyType: KeyType): string {
  return keyType === 'json' ? JSON_ANSWER : keyType;
}

/**
 * Types whose keys have a job scheduler each, which runs them even where no change was heard of. Keys of the other types, which
 * can be a million, have the sweep.
 */
export const SCHEDULED_TYPES: readonly KeyType[] = ['stream', 'set'];

/** Whether keys of a type have a job scheduler each. */
export function hasScheduler(type: unknown): type is KeyType {
  return SCHEDULED_TYPES.some((scheduled) => scheduled === type);
}
