import { randomBytes } from 'node:crypto';
import { queueKeyPattern } from '@redis-to-mongo/job-queue';
import type { LocalStack } from '@redis-to-mongo/local-stack';
import { type Closers, NO_TLS } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { openMongo, openRedis } from '../program/open-redis.js';
import { ProvingError } from '../proving-error.js';

/**
 * Connects to the stack's servers, with names that only this run uses. On servers that were given by their
 * address, the run's data is removed at the end; servers that the stack started are deleted with their data.
 * @param keys that the run will write.
 * @throws ProvingError `PROVING_NOT_EMPTY` if a Redis that was given holds keys: they
 * could collide with the run's.
 */
export async function openDemoEnvironment(stack: LocalStack, keys: readonly string[], closing: Closers) {
  const name = `demo_${randomBytes(4).toString('hex')}`;
  const queueKeys = queueKeyPattern({
    redis: { host: '127.0.0.1', port: stack.redis.port, db: 0, tls: NO_TLS },
    prefix: name,
  });
  const redis = openRedis(stack.redis.url);
  closing.add('redis', () => redis.disconnect());
  const mongo = openMongo(stack.mongo.uri, name, 'demo');
  closing.add('mongo', () => mongo.close());
  if (stack.redis.pid === undefined) {
    if ((await redis.dbsize()) > 0) {
      throw new ProvingError(
        'PROVING_NOT_EMPTY',
        'the Redis database named by LOCAL_STACK_REDIS_URL is not empty: name an empty one, or none to have one started',
      );
    }
    closing.add('the keys of the run', () => removeKeys(redis, keys, queueKeys));
  }
  if (stack.mongo.pid === undefined) closing.add('the database of the run', () => mongo.db.dropDatabase());
  return { redis, db: mongo.db, mongoDbName: name, queuePrefix: name, queueKeys };
}

/** Removes only the keys of the run and of its queue: someone else may have begun to use this Redis. */
async function removeKeys(redis: Redis, keys: readonly string[], queueKeys: string): Promise<void> {
  for (let i = 0; i < keys.length; i += 1000) await redis.unlink(...keys.slice(i, i + 1000));
  for await (const found of redis.scanStream({ match: queueKeys, count: 1000 }))
    if (Array.isArray(found) && found.length > 0) await redis.unlink(...found.map(String));
}
