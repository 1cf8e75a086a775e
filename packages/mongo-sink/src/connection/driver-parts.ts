import { isObject } from '@redis-to-mongo/pipeline';

type Method = (this: object, ...args: unknown[]) => unknown;

/** Loads an undocumented module of the driver; `undefined` if there is none. */
export async function driverModule(load: () => Promise<object>): Promise<unknown> {
  const module = await load().catch(() => undefined);
  // A CommonJS module in a bundle has only its default export.
  return module && 'default' in module ? module.default : module;
}

/**
 * Replaces a method of a class.
 * @param make makes the new method from the present one.
 * @returns whether the class and the method exist.
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

/** A member of an object or a class; `undefined` if there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) || typeof value === 'function' ? Reflect.get(value, name) : undefined;
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}
