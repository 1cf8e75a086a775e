import type { AppContext } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import {
  type MongoSinkOptions,
  mongoSink,
  type NewDocumentSequence,
  readyMadeBson,
} from '@redis-to-mongo/mongo-sink';
import { type Clients, sinkOptions } from '@redis-to-mongo/operations';
import { ByteBudget, type Line, type RuleBook, type Sink } from '@redis-to-mongo/pipeline';
import { RawConnection, redisError } from '@redis-to-mongo/redis-connection';
import { DirectReader } from '@redis-to-mongo/redis-source';
import { openSource } from './open-source.js';
import type { Retries } from './retries.js';
import { timedSink } from './timed-line.js';

export interface LineParts {
  readonly clients: Pick<Clients, 'redis' | 'reached' | 'mongo' | 'onError'>;
  readonly rules: RuleBook;
  readonly maxDocumentBytes: number;
  readonly isTraced: boolean;
  readonly retries: Retries;
  readonly at: Line['at'];
}

export type OpenedLine = Awaited<ReturnType<typeof openLine>>;

/** Opens the line of a worker, from its source to its sink. */
export async function openLine(
  app: AppContext,
  config: Config,
  { clients: { redis, reached, mongo, onError }, rules, maxDocumentBytes, isTraced, retries, at }: LineParts,
) {
  const path = await openDirectPath(config, app, reached);
  const reading = { redis, rules, direct: path.direct, onError: onError('load limit') };
  const source = openSource(config, app, reading);
  const writing = { db: mongo.db, at, retries, maxDocumentBytes, newSequence: path.newSequence };
  const line: Line = {
    source: source.source,
    sink: openSink(config, app, writing),
    separator: config.keys.separator,
    rules,
    budget: new ByteBudget(config.sync.readAheadBytes),
    now: () => new Date(),
    ...(at ? { at } : {}),
  };
  return { line: isTraced ? (await import('./traced-line.js')).tracedLine(line) : line, source, path };
}

/** Both ends of the direct path. Without them, entries take the ordinary path. */
interface DirectPath {
  readonly direct?: DirectReader;
  readonly newSequence?: NewDocumentSequence;
  /** Closes the connection to the source by force. */
  readonly leave?: () => void;
}

/** Opens the direct path if it is chosen and possible. Otherwise it logs the reason once. */
async function openDirectPath(
  { sync, redis }: Pick<Config, 'sync' | 'redis'>,
  { logger, closers, metrics }: Pick<AppContext, 'logger' | 'closers' | 'metrics'>,
  reached: Clients['reached'],
): Promise<DirectPath> {
  if (sync.streamPath !== 'direct') return {};
  const ordinary = (reason: string) => logger.warn('streams take the ordinary path', { reason });
  const newSequence = await readyMadeBson();
  if (!newSequence) {
    ordinary('the MongoDB driver does not send encoded BSON as expected');
    return {};
  }
  const connection = RawConnection.open(redis, {
    reached,
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

/** Retries of transient errors within a job. After `forMs` the job fails, and is retried later. */
const RETRY = { baseMs: 100, capMs: 5_000, forMs: 60_000 } as const;

interface OpenSinkOptions extends Pick<MongoSinkOptions, 'maxDocumentBytes' | 'newSequence'> {
  readonly db: Parameters<typeof mongoSink>[0];
  readonly at: Line['at'];
  readonly retries: Retries;
}

/** Opens the sink of a worker. It retries transient errors for a while, and measures its writes. */
function openSink(
  config: Pick<Config, 'mongo'>,
  { logger, metrics, signal }: Pick<AppContext, 'logger' | 'metrics' | 'signal'>,
  { db, at, retries, maxDocumentBytes, newSequence }: OpenSinkOptions,
): Sink {
  const sink = mongoSink(db, {
    ...sinkOptions(config),
    maxDocumentBytes,
    newSequence,
    onDeadLetters: async ([first]) => {
      if (first) await at?.('after-dead-letter', first.document.stream);
    },
    retry: {
      ...RETRY,
      signal,
      ...retries.options,
      onRetry: (error, attempt, waitMs) => {
        retries.options.onRetry(error, attempt, waitMs);
        metrics.errors.inc({ class: 'transient' });
        logger.warn('MongoDB: retrying', { error, attempt, waitMs: Math.round(waitMs) });
      },
    },
  });
  return timedSink(sink, metrics);
}
