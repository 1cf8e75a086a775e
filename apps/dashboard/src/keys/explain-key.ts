import type { Config } from '@redis-to-mongo/config';
import { collectionOf, readStoredForm } from '@redis-to-mongo/mongo-sink';
import { explainChoice, explainRule } from '@redis-to-mongo/operations';
import type { KeyState } from '@redis-to-mongo/pipeline';
import type { KeyExplanation } from './key-detail.js';

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
