import type { AppContext } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { type NewDocumentSequence, readyMadeBson } from '@redis-to-mongo/mongo-sink';
import { RawConnection, redisError } from '@redis-to-mongo/redis-connection';
import { DirectReader } from '@redis-to-mongo/redis-source';

/** Both ends of the direct path. Without them, entries take the ordinary path. */
export interface DirectPath {
  readonly direct?: DirectReader;
  readonly newSequence?: NewDocumentSequence;
  /** Closes the source's end by force. */
  readonly leave?: () => void;
}

/** Opens the direct path where it is chosen and can be taken, and says once why where it can't. */
export async function openDirectPath(
  { sync, redis }: Pick<Config, 'sync' | 'redis'>,
  { logger, closers, metrics }: Pick<AppContext, 'logger' | 'closers' | 'metrics'>,
): Promise<DirectPath> {
  if (sync.streamPath !== 'direct') return {};
  const ordinary = (reason: string) => logger.warn('streams take the ordinary path', { reason });
  const newSequence = await readyMadeBson();
  if (!newSequence) {
    ordinary('the MongoDB driver does not send encoded BSON as expected');
    return {};
  }
  const connection = RawConnection.open(redis, {
    onError: (error) => logger.warn('redis: connection trouble', { error: redisError(error) }),
    onUnexpected: (reason) => ordinary(`ioredis is not built as expected: ${reason}`),
  });
  if (!connection) {
    logger.info('streams take the ordinary path', { reason: 'the source is a cluster' });
    return {};
  }
  closers.add('redis, as bytes', () => connection.close());
  const direct = new DirectReader(connection, (path) => metrics.streamReads.inc({ path }));
  return { direct, newSequence, leave: () => connection.close() };
}
