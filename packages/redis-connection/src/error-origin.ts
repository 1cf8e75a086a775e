import { withCauses } from '@redis-to-mongo/pipeline';
import type { Cluster, Command, Redis } from 'ioredis';
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

/**
 * Marks every error that a command of this client fails with. The server sends only some of them: ioredis itself makes
 * those of time limits and of connections that were closed.
 */
export function markFailures(client: Redis | Cluster, role: RedisRole): void {
  const send = client.sendCommand;
  Reflect.set(client, 'sendCommand', (command: Command, ...more: unknown[]): unknown => {
    const { reject } = command;
    command.reject = (error) => {
      markOrigin(error, role);
      reject(error);
    };
    return Reflect.apply(send, client, [command, ...more]);
  });
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
