/**
 * A command of more than 16 KiB waits until its socket has drained. The driver (7.9) waits forever where the connection ends before:
 * a socket that is closed never drains, and no option bounds the wait. Here, the end of a connection ends that wait, too: the driver
 * checks for the connection's error right after it, and the command fails with that.
 * Source: `writeCommand` and `cleanup` in the driver's lib/cmap/connection.js
 * @returns whether the driver is built as expected.
 */
export async function failCutSends(): Promise<boolean> {
  try {
    const module: object = await import('mongodb/lib/cmap/connection.js');
    // CommonJS: bundled, it has no more than its default.
    return mend('default' in module ? module.default : module);
  } catch {
    return false; // there is no such file
  }
}

/** The driver's `Connection`, so far as it concerns this. */
interface Prototype {
  cleanup(this: object, error: Error): void;
}

function mend(module: unknown): boolean {
  const Connection: unknown = isObject(module) ? Reflect.get(module, 'Connection') : undefined;
  const prototype: unknown = typeof Connection === 'function' ? Connection.prototype : undefined;
  if (!isPrototype(prototype)) return false;
  const { cleanup } = prototype;
  prototype.cleanup = function (error) {
    cleanup.call(this, error);
    const socket: unknown = Reflect.get(this, 'socket');
    if (isEmitter(socket)) socket.emit('drain');
  };
  return true;
}

function isPrototype(value: unknown): value is Prototype {
  return isObject(value) && 'cleanup' in value && typeof value.cleanup === 'function';
}

function isEmitter(value: unknown): value is { emit(event: string): boolean } {
  return isObject(value) && 'emit' in value && typeof value.emit === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
