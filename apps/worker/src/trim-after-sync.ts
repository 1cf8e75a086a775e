import type { Logger, Metrics } from '@redis-to-mongo/app-shell';
import type { KeyState, SyncReport } from '@redis-to-mongo/pipeline';
import type { TrimReport } from '@redis-to-mongo/redis-source';

export interface TrimAfterSyncOptions {
  readonly isDryRun: boolean;
  readonly trim: (key: string, syncedId: string) => Promise<TrimReport>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * Trims a stream up to its saved position, after a slice. A trim that fails is told of and left to the next slice: the
 * mirror is complete without it.
 */
export function trimAfterSync(options: TrimAfterSyncOptions): (report: SyncReport) => Promise<void> {
  const { isDryRun, trim, metrics, logger } = options;
  return async ({ state }) => {
    const syncedId = state && syncedIdOf(state);
    if (!syncedId) return;
    const { key } = state;
    try {
      const { freed, isIncomplete } = await trim(key, syncedId);
      if (freed > 0) logger.info(isDryRun ? 'a trim would free entries' : 'trimmed', { key, entries: freed });
      if (freed > 0 && !isDryRun) metrics.trimmedEntries.inc({ key_type: 'stream' }, freed);
      if (isIncomplete) logger.warn('a trim left entries that it should have freed', { key, freed });
    } catch (error) {
      logger.warn('a stream could not be trimmed', { key, error });
    }
  };
}

function syncedIdOf({ keyType, status, position }: KeyState): string | undefined {
  const entryId = position?.entryId;
  return keyType === 'stream' && status === 'active' && typeof entryId === 'string' ? entryId : undefined;
}
