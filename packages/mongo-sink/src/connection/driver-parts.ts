import { EventEmitter } from 'node:events';
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
function replaceMethod(
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

/**
 * The driver (7.9) maintains each pool ten times a second: it opens connections up to `minPoolSize`, and
 * closes those that were idle for `maxIdleTimeMS`. No option changes the interval. If neither option is set,
 * this patch skips the maintenance, which is a quarter of an idle worker's load. An unusable connection is
 * still dropped when the next one is taken.
 * Source: `ensureMinPoolSize` and `processWaitQueue` in the driver's lib/cmap/connection_pool.js
 * @returns whether the driver is built as expected.
 */
export async function quietPools(): Promise<boolean> {
  const module = await driverModule(() => import('mongodb/lib/cmap/connection_pool.js'));
  return replaceMethod(
    module,
    'ConnectionPool',
    'ensureMinPoolSize',
    (ensureMinPoolSize) =>
      function () {
        const options = memberOf(this, 'options');
        const keepsNothing =
          memberOf(options, 'minPoolSize') === 0 && memberOf(options, 'maxIdleTimeMS') === 0;
        if (!keepsNothing) ensureMinPoolSize.call(this);
      },
  );
}

/**
 * A command of more than 16 KiB waits until its socket has drained. If the connection ends first, the driver
 * (7.9) waits forever: a closed socket never drains, and no option bounds the wait. This patch ends the wait
 * when the connection ends. The driver then checks for the connection's error, and the command fails with it.
 * Source: `writeCommand` and `cleanup` in the driver's lib/cmap/connection.js
 * @returns whether the driver is built as expected.
 */
export async function failCutSends(): Promise<boolean> {
  const module = await driverModule(() => import('mongodb/lib/cmap/connection.js'));
  return replaceMethod(
    module,
    'Connection',
    'cleanup',
    (cleanup) =>
      function (...args) {
        cleanup.apply(this, args);
        const socket = memberOf(this, 'socket');
        if (socket instanceof EventEmitter) socket.emit('drain');
      },
  );
}
