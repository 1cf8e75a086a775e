import type { AppContext } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { type MongoSinkOptions, mongoSink } from '@redis-to-mongo/mongo-sink';
import { sinkOptions } from '@redis-to-mongo/operations';
import type { Line, Sink } from '@redis-to-mongo/pipeline';
import type { Retries } from './retries.js';
import { timedSink } from './timed-line.js';

/** Transient errors are repeated inside the job for this long, then the job fails and comes again. */
const RETRY = { baseMs: 100, capMs: 5_000, forMs: 60_000 } as const;

export interface OpenSinkOptions extends Pick<MongoSinkOptions, 'maxDocumentBytes' | 'newSequence'> {
  readonly db: Parameters<typeof mongoSink>[0];
  readonly at: Line['at'];
  readonly retries: Retries;
}

/** The sink of a worker: retries failures for a while, and measures its writes. */
export function openSink(
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
