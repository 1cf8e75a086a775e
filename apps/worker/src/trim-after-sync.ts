import type { Logger, Metrics } from '@redis-to-mongo/app-shell';
import type { KeyState, TrimRule } from '@redis-to-mongo/pipeline';
import type { SyncedEntry, TrimOptions, TrimReport } from '@redis-to-mongo/redis-source';

export interface TrimAfterSyncOptions {
  /** Whether and how a stream is trimmed. */
  readonly optionsFor: (key: string) => TrimRule;
  readonly trim: (key: string, synced: SyncedEntry, options: TrimOptions) => Promise<TrimReport>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * Trims a stream up to its saved position. A failed trim is logged and left to the next slice; the mirror is
 * complete without it.
 */
export function trimAfterSync(options: TrimAfterSyncOptions): (state: KeyState) => Promise<void> {
  const { optionsFor, trim, metrics, logger } = options;
  return async (state) => {
    const synced = syncedOf(state);
    if (!synced) return;
    const { key } = state;
    const { mode, ...kept } = optionsFor(key);
    if (mode === 'off') return;
    const isDryRun = mode === 'dry-run';
    try {
      const { freed, isIncomplete } = await trim(key, synced, { mode, ...kept });
      if (freed > 0) logger.info(isDryRun ? 'a trim would free entries' : 'trimmed', { key, entries: freed });
      if (freed > 0 && !isDryRun) metrics.trimmedEntries.inc({ key_type: 'stream' }, freed);
      if (isIncomplete) logger.warn('a trim left entries that it should have freed', { key, freed });
    } catch (error) {
      logger.warn('a stream could not be trimmed', { key, error });
    }
  };
}

function syncedOf({ keyType, status, position }: KeyState): SyncedEntry | undefined {
  const { entryId, digest } = position ?? {};
  if (keyType !== 'stream' || status !== 'active' || typeof entryId !== 'string') return undefined;
  return { entryId, digest: typeof digest === 'string' ? digest : '' };
}
