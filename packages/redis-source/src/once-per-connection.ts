import type { Redis } from 'ioredis';

/**
 * Asks once per connection what a server can do. The next connection may lead to another server, or to
 * another version.
 * @param ask asks the server. Its errors are rethrown, and the next call asks again.
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
