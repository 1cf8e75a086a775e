import type { Logger } from '@redis-to-mongo/app-shell';
import { inspectIndexes, prepareDatabase } from '@redis-to-mongo/mongo-sink';
import type { RuleBook } from '@redis-to-mongo/pipeline';

export interface KeptIndexesOptions {
  readonly db: Parameters<typeof prepareDatabase>[0];
  readonly rules: Pick<RuleBook, 'rules'>;
  readonly logger: Logger;
}

/** So often the indexes are compared with those that the fleet needs, in ms: some thirty small commands. */
export const KEEP_INDEXES_EVERY_MS = 30_000;

/**
 * Creates indexes again that somebody has dropped, and the view that rules ask for. Until then, what needs them is slow.
 * @throws SyncError as prepareDatabase.
 */
export async function keepIndexes({ db, rules, logger }: KeptIndexesOptions): Promise<void> {
  const { missing } = await inspectIndexes(db, rules.rules);
  await prepareDatabase(db, rules.rules);
  if (missing.length > 0)
    logger.warn('MongoDB lacked indexes: they were created again', { indexes: missing });
}
