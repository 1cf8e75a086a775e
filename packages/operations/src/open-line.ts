import type { Config } from '@redis-to-mongo/config';
import { ruleBook } from '@redis-to-mongo/key-types';
import { mongoSink, prepareDatabase, readyMadeBson } from '@redis-to-mongo/mongo-sink';
import { ByteBudget, type Line } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import type { Fleet } from './key-actions.js';
import { sinkOptions, sliceOptions, sourceOptions } from './line-options.js';
import { RETRY } from './retry.js';

/**
 * Opens the line of a worker in this process. Creates missing indexes.
 * @throws SyncError as mongoError.
 */
export async function openLine(
  config: Pick<Config, 'keys' | 'mongo' | 'rules' | 'sync' | 'values'>,
  db: Fleet['db'],
  redis: Parameters<typeof redisSource>[0],
) {
  const { keys, rules, sync } = config;
  const { maxDocumentBytes } = await prepareDatabase(db, rules);
  const book = ruleBook(rules);
  const newSequence = sync.streamPath === 'direct' ? await readyMadeBson() : undefined;
  const line: Line = {
    source: redisSource(redis, keys.types, { ...sourceOptions(config), rules: book }),
    sink: mongoSink(db, {
      ...sinkOptions(config),
      maxDocumentBytes,
      newSequence,
      retry: RETRY,
    }),
    separator: keys.separator,
    rules: book,
    budget: new ByteBudget(sync.readAheadBytes),
    now: () => new Date(),
  };
  return { line, slice: sliceOptions(config) };
}
