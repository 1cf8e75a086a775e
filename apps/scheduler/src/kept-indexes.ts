import type { Logger } from '@redis-to-mongo/app-shell';
import { inspectIndexes, prepareDatabase } from '@redis-to-mongo/mongo-sink';
import type { RuleBook } from '@redis-to-mongo/pipeline';

export interface KeptIndexesOptions {
  readonly db: Parameters<typeof prepareDatabase>[0];
  readonly rules: Pick<RuleBook, 'rules'>;
  readonly logger: Logger;
}

/**
 * Interval at which the indexes are compared with those that the fleet needs, in ms. A comparison takes about
 * thirty small commands.
 */
export const KEEP_INDEXES_EVERY_MS = 30_000;

/**
 * Recreates indexes that were dropped, and the view that rules ask for. Without its index, a query is slow.
 */
export async function keepIndexes({ db, rules, logger }: KeptIndexesOptions): Promise<void> {
  const { missing } = await inspectIndexes(db, rules.rules);
  await prepareDatabase(db, rules.rules);
  if (missing.length > 0)
    logger.warn('MongoDB lacked indexes: they were created again', { indexes: missing });
}
