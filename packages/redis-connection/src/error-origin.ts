import { withCauses } from '@redis-to-mongo/pipeline';
import { OPTION_NAMES, type RedisRole } from './option-names.js';

/** The property of an error that names the Redis it came from. */
const ORIGIN = Symbol('origin');

/**
 * Marks an error with the Redis whose connection reported it, unless it is marked already. The code that
 * catches the error may not know its Redis.
 */
export function markOrigin(error: Error, role: RedisRole): void {
  if (!(ORIGIN in error)) Reflect.set(error, ORIGIN, role);
}

/** The Redis that an error, or one of its causes, came from; `undefined` if no connection has marked it. */
export function originOf(error: unknown): RedisRole | undefined {
  for (const each of withCauses(error)) {
    const role: unknown = Reflect.get(each, ORIGIN);
    if (isRole(role)) return role;
  }
  return undefined;
}

function isRole(role: unknown): role is RedisRole {
  return typeof role === 'string' && Object.hasOwn(OPTION_NAMES, role);
}
