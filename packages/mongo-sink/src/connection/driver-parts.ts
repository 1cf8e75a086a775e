import { isObject } from '@redis-to-mongo/pipeline';

type Method = (this: object, ...args: unknown[]) => unknown;

/** A module of the driver's own, which it does not document; `undefined` where there is none. */
export async function driverModule(load: () => Promise<object>): Promise<unknown> {
  const module = await load().catch(() => undefined);
  // CommonJS: bundled, it has no more than its default.
  return module && 'default' in module ? module.default : module;
}

/**
 * Puts another method in the place of one of a class.
 * @param make gives it, for the one that is there.
 * @returns whether class and method are there.
 */
export function replaceMethod(
  module: unknown,
  className: string,
  name: string,
  make: (method: Method) => Method,
): boolean {
  const prototype = memberOf(memberOf(module, className), 'prototype');
  const method = memberOf(prototype, name);
  if (!isObject(prototype) || !isMethod(method)) return false;
  return Reflect.set(prototype, name, make(method));
}

/** A member of an object or a class; `undefined` where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) || typeof value === 'function' ? Reflect.get(value, name) : undefined;
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}
