import type { Redis } from 'ioredis';

/** The message that ioredis itself ends connections with, and does not report as an error. */
const CLOSED = 'Connection is closed.';

/**
 * Has `disconnect` end a connection that is just waiting to be opened again, too. ioredis then only stops waiting: commands
 * stay in its list, anyone who waits for them or for the connection's end waits forever, and the program with them.
 */
export function endAtOnce(redis: Redis): void {
  const disconnect = redis.disconnect.bind(redis);
  const ended = (reconnect = false) => {
    const isWaiting = redis.status === 'reconnecting';
    disconnect(reconnect);
    if (reconnect || !isWaiting) return;
    const error = new Error(CLOSED);
    redis.recoverFromFatalError(error, error, {}); // fails the commands
    redis.status = 'end';
    Reflect.set(redis, 'manuallyClosing', false); // it may be connected again
    process.nextTick(() => redis.emit('end'));
  };
  Reflect.set(redis, 'disconnect', ended);
}
