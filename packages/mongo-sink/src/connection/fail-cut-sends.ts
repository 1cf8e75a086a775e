import { EventEmitter } from 'node:events';
import { driverModule, memberOf, replaceMethod } from './driver-parts.js';

/**
 * A command of more than 16 KiB waits until its socket has drained. The driver (7.9) waits forever where the connection ends before:
 * a socket that is closed never drains, and no option bounds the wait. Here, the end of a connection ends that wait, too: the driver
 * checks for the connection's error right after it, and the command fails with that.
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
