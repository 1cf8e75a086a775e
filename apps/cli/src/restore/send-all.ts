import { redisError } from '@redis-to-mongo/redis-connection';
import type { RedisClient } from '../clients.js';

/** Sends commands in one pipeline. @throws SyncError as redisError, for the first that failed. */
export async function sendAll(
  redis: RedisClient,
  commands: readonly (readonly (string | Buffer)[])[],
): Promise<void> {
  if (commands.length === 0) return;
  const pipeline = redis.pipeline();
  for (const [name, ...args] of commands) pipeline.call(String(name), ...args);
  const replies = await pipeline.exec().catch((error: unknown) => {
    throw redisError(error, 'to');
  });
  for (const [error] of replies ?? []) if (error) throw redisError(error, 'to');
}
