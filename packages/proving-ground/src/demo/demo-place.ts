import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queueKeyPattern } from '@redis-to-mongo/job-queue';
import type { LocalStack } from '@redis-to-mongo/local-stack';
import { connectMongo } from '@redis-to-mongo/mongo-sink';
import { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { ProvingError } from '../proving-error.js';
import type { Closing } from './closing.js';

/** Where one run works: its servers, and names that no other run has. */
export interface DemoPlace {
  readonly redis: Redis;
  readonly db: Db;
  readonly mongoDbName: string;
  readonly queuePrefix: string;
  /** A Redis glob pattern of the queue's own keys. */
  readonly queueKeys: string;
}

/** A directory of the run's own for logs. @returns its path, and what removes it. */
export async function openLogDir(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'redis-to-mongo-demo-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/**
 * Connects to the stack's servers under names of the run's own. What a run leaves on servers that were given by their
 * address is removed in the end; those that the stack started vanish with it.
 * @throws ProvingError `PROVING_NOT_EMPTY` when a Redis that was given holds keys: the run's own could meet them.
 */
export async function openDemoPlace(stack: LocalStack, closing: Closing): Promise<DemoPlace> {
  const name = `demo_${randomBytes(4).toString('hex')}`;
  const redis = new Redis(stack.redis.url);
  redis.on('error', () => {}); // told by the commands that fail
  closing.add(() => redis.disconnect());
  const tls = { enabled: false, rejectUnauthorized: true };
  const mongo = connectMongo({ uri: stack.mongo.uri, dbName: name, tls }, 'redis-to-mongo demo');
  closing.add(() => mongo.close());
  if (stack.redis.pid === undefined) {
    if ((await redis.dbsize()) > 0) {
      throw new ProvingError(
        'PROVING_NOT_EMPTY',
        'the Redis database named by LOCAL_STACK_REDIS_URL is not empty: name an empty one, or none to have one started',
      );
    }
    // It was empty, so what is there now is the run's.
    closing.add(() => redis.flushdb());
  }
  if (stack.mongo.pid === undefined) closing.add(() => mongo.db.dropDatabase());
  const queueKeys = queueKeyPattern({
    redis: { host: '127.0.0.1', port: stack.redis.port, db: 0, tls },
    prefix: name,
  });
  return { redis, db: mongo.db, mongoDbName: name, queuePrefix: name, queueKeys };
}
