import type { Redis } from 'ioredis';

/** The message with which ioredis ends connections itself, without reporting an error. */
const CLOSED = 'Connection is closed.';

/**
 * Makes `disconnect` also end a connection that waits for its next attempt. ioredis would only stop waiting: pending commands and
 * the end of the connection would never settle, and the program would not exit.
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
