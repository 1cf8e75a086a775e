import { EventEmitter } from 'node:events';
import { driverModule, memberOf, replaceMethod } from './driver-parts.js';

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
