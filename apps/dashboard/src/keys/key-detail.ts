import type { Config } from '@redis-to-mongo/config';
import {
  type AuditEntry,
  collectionOf,
  type KeySummary,
  readStoredForm,
  type StoredForm,
} from '@redis-to-mongo/mongo-sink';
import { type Choice, explainChoice, explainRule, type RuleExplanation } from '@redis-to-mongo/operations';
import { type KeyState, SyncError } from '@redis-to-mongo/pipeline';
import { inTime } from '../in-time.js';

/** Everything that is known about one key. */
export interface KeyDetail {
  readonly at: Date;
  readonly summary: KeySummary;
  /** Its whole document; `undefined` if the document is damaged. */
  readonly state: KeyState | undefined;
  /** `null` without a job scheduler, `undefined` where the queue does not answer. */
  readonly nextRunAt: number | null | undefined;
  /** Its rule, its collection, and the form of its documents; `undefined` if unknown. */
  readonly explanation: KeyExplanation | undefined;
  /** The last operator actions on it. */
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
  /** The last operator actions on a key, newest first. */
  readActions(key: string): Promise<readonly AuditEntry[]>;
}

/** The time limit for each server, in ms. A person waits for the page, and the servers' clients would wait much longer. */
const PATIENCE_MS = 3_000;

/**
 * Reads everything about a key.
 * @returns `undefined` if MongoDB does not have the key.
 * @throws the error of the read from MongoDB; an error with the code `MONGO_TIMEOUT` if MongoDB did not answer in time.
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

/** Turns only a damaged document into `undefined`. Any other error is thrown; otherwise gaps would not be shown. */
function unlessDamaged(error: unknown): undefined {
  if (!(error instanceof SyncError) || error.code !== 'KEY_STATE_INVALID') throw error;
}

/** What the command `explain` reports about a key. @throws SyncError as mongoError. */
export async function explainKey(
  config: Config,
  db: Parameters<typeof readStoredForm>[0],
  state: KeyState,
): Promise<KeyExplanation> {
  const { key, keyType } = state;
  return {
    choice: explainChoice(config, key, keyType),
    rule: explainRule(config, key, keyType, state),
    stored: await readStoredForm(db, state, collectionOf(state)),
  };
}
