import type { Redis } from 'ioredis';

/**
 * What a server can do, asked once for each connection to it: behind the next one may be another server, or a newer version.
 * @param ask finds it out; its errors are thrown on, and asked again.
 */
export function oncePerConnection<T>(
  ask: (redis: Redis, key: Buffer) => Promise<T>,
): (redis: Redis, key: Buffer) => Promise<T> {
  const known = new WeakMap<object, { readonly answer: T }>();
  return async (redis, key) => {
    const found = known.get(redis.stream);
    if (found) return found.answer;
    const answer = await ask(redis, key);
    if (redis.stream) known.set(redis.stream, { answer });
    return answer;
  };
}
