import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import type { KeyState } from '@redis-to-mongo/pipeline';

/** All that is known of one key. */
export interface KeyDetail {
  readonly at: Date;
  readonly summary: KeySummary;
  /** Its whole document; `undefined` where that is damaged. */
  readonly state: KeyState | undefined;
  readonly nextRunAt: number | null;
}

export interface KeyDetailSources {
  some(keys: readonly string[]): Promise<ReadonlyMap<string, KeySummary>>;
  readKey(key: string): Promise<KeyState | undefined>;
  nextRuns(keys: readonly string[]): Promise<readonly (number | null)[]>;
}

/**
 * Reads all about a key.
 * @returns `undefined` when MongoDB does not know of it.
 * @throws what the reading of its summary threw.
 */
export async function readKeyDetail(sources: KeyDetailSources, key: string): Promise<KeyDetail | undefined> {
  const [found, state, runs] = await Promise.all([
    sources.some([key]),
    sources.readKey(key).catch(() => undefined),
    sources.nextRuns([key]).catch(() => []),
  ]);
  const summary = found.get(key);
  return summary && { at: new Date(), summary, state, nextRunAt: runs[0] ?? null };
}
