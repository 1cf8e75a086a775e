import { redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { RedisClient } from '../clients.js';

/** An unfinished key expires after this many ms without a write: the process that wrote it has died. */
const ABANDONED_MS = 3_600_000;

/** Sends commands that write a part of a key. The key expires if the rest does not follow: see endKey. @throws as sendAll. */
export async function sendPart(
  redis: RedisClient,
  key: Buffer,
  commands: readonly (readonly (string | Buffer)[])[],
): Promise<void> {
  await sendAll(redis, [...commands, ['PEXPIRE', key, String(ABANDONED_MS)]]);
}

/** Ends a complete key: it stays, or gets its own expiry time. @throws as sendAll. */
export async function endKey(
  redis: RedisClient,
  key: Buffer,
  expiresAt: Date | null | undefined,
): Promise<void> {
  await sendAll(redis, [expiresAt ? ['PEXPIREAT', key, String(expiresAt.getTime())] : ['PERSIST', key]]);
}

/** The size of a page: entries or items, and about this many bytes. */
const AT_ONCE = 500;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/** Groups parts of a key into pages, each sent in one pipeline. @param isWhole puts all parts into one page. */
export async function* pagesOf<Part extends readonly (string | Buffer)[]>(
  parts: AsyncIterable<Part>,
  isWhole = false,
): AsyncGenerator<readonly Part[]> {
  let page: Part[] = [];
  let bytes = 0;
  for await (const part of parts) {
    page.push(part);
    for (const each of part) bytes += each.length;
    if (isWhole || (page.length < AT_ONCE && bytes < BYTES_AT_ONCE)) continue;
    yield page;
    page = [];
    bytes = 0;
  }
  if (page.length > 0) yield page;
}

/** Sends commands in one pipeline. @throws SyncError as redisError, for the first that failed. */
export async function sendAll(
  redis: RedisClient,
  commands: readonly (readonly (string | Buffer)[])[],
): Promise<void> {
  if (commands.length === 0) return;
  const pipeline = redis.pipeline();
  for (const [name, ...args] of commands) pipeline.call(String(name), ...args);
  const replies = await pipeline.exec().catch(throwRedisError('to'));
  for (const [error] of replies ?? []) if (error) throw redisError(error, 'to');
}
