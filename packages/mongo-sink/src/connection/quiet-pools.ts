/**
 * The driver (7.9) looks after each pool ten times a second: it opens connections up to `minPoolSize` and closes those that were idle for
 * `maxIdleTimeMS`. No option changes the pace. Where neither is asked for, there is nothing to do, and a quarter of what an idle
 * worker costs goes with it. A connection that has become unusable is dropped when the next one is taken, as ever.
 * Source: `ensureMinPoolSize` and `processWaitQueue` in the driver's lib/cmap/connection_pool.js
 * @returns whether the driver is built as expected.
 */
export async function quietPools(): Promise<boolean> {
  try {
    const module: object = await import('mongodb/lib/cmap/connection_pool.js');
    // CommonJS: bundled, it has no more than its default.
    return quiet('default' in module ? module.default : module);
  } catch {
    return false; // there is no such file
  }
}

/** The driver's `ConnectionPool`, so far as it concerns this. */
interface Prototype {
  ensureMinPoolSize(this: object): void;
}

function quiet(module: unknown): boolean {
  const Pool: unknown = isObject(module) ? Reflect.get(module, 'ConnectionPool') : undefined;
  const prototype: unknown = typeof Pool === 'function' ? Pool.prototype : undefined;
  if (!isPrototype(prototype)) return false;
  const { ensureMinPoolSize } = prototype;
  prototype.ensureMinPoolSize = function () {
    if (!keepsNothing(Reflect.get(this, 'options'))) ensureMinPoolSize.call(this);
  };
  return true;
}

function keepsNothing(options: unknown): boolean {
  return (
    isObject(options) &&
    Reflect.get(options, 'minPoolSize') === 0 &&
    Reflect.get(options, 'maxIdleTimeMS') === 0
  );
}

function isPrototype(value: unknown): value is Prototype {
  return isObject(value) && 'ensureMinPoolSize' in value && typeof value.ensureMinPoolSize === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
