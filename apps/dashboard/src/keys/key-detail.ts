import type { AuditEntry, KeySummary, StoredForm } from '@redis-to-mongo/mongo-sink';
import type { Choice, RuleExplanation } from '@redis-to-mongo/operations';
import { type KeyState, SyncError } from '@redis-to-mongo/pipeline';
import { inTime } from '../in-time.js';

/** All that is known of one key. */
export interface KeyDetail {
  readonly at: Date;
  readonly summary: KeySummary;
  /** Its whole document; `undefined` where that is damaged. */
  readonly state: KeyState | undefined;
  /** `null` without a job scheduler, `undefined` where the queue does not answer. */
  readonly nextRunAt: number | null | undefined;
  /** Which rule holds for it, where it is kept, in which form; `undefined` where that is unknown. */
  readonly explanation: KeyExplanation | undefined;
  /** What operators did to it last. */
  readonly actions: readonly AuditEntry[];
}

/** What the command `explain` shows beside the key's state. */
export interface KeyExplanation {
  readonly choice: Choice;
  readonly rule: RuleExplanation;
  readonly stored: StoredForm | undefined;
}

export interface KeyDetailSources {
  readSummaries(keys: readonly string[]): Promise<ReadonlyMap<string, KeySummary>>;
  readKey(key: string): Promise<KeyState | undefined>;
  nextRuns(keys: readonly string[]): Promise<readonly (number | null)[]>;
  explain(state: KeyState): Promise<KeyExplanation>;
  /** What operators did to a key last, the newest first. */
  readActions(key: string): Promise<readonly AuditEntry[]>;
}

/** Time for each server, in ms: a person waits for the page, and the servers' own clients would wait for much longer. */
const PATIENCE_MS = 3_000;

/**
 * Reads all about a key.
 * @returns `undefined` when MongoDB does not know of it.
 * @throws what the reading of it from MongoDB threw; `MONGO_TIMEOUT` where that did not answer in time.
 */
export async function readKeyDetail(sources: KeyDetailSources, key: string): Promise<KeyDetail | undefined> {
  const [found, state, runs, actions] = await Promise.all([
    inTime(sources.readSummaries([key]), PATIENCE_MS, 'MONGO_TIMEOUT'),
    inTime(sources.readKey(key), PATIENCE_MS, 'MONGO_TIMEOUT').catch(unlessDamaged),
    inTime(sources.nextRuns([key]), PATIENCE_MS, 'QUEUE_TIMEOUT').catch(() => []),
    inTime(sources.readActions(key), PATIENCE_MS, 'MONGO_TIMEOUT').catch(() => []),
  ]);
  const summary = found.get(key);
  if (!summary) return undefined;
  const explanation =
    state && (await inTime(sources.explain(state), PATIENCE_MS, 'MONGO_TIMEOUT').catch(() => undefined));
  return { at: new Date(), summary, state, nextRunAt: runs[0], explanation, actions };
}

/** What can't be read for another reason is not taken for nothing: gaps would not show. */
function unlessDamaged(error: unknown): undefined {
  if (!(error instanceof SyncError) || error.code !== 'KEY_STATE_INVALID') throw error;
}
