import type { Batch, Outcome } from './batch.js';
import {
  firstState,
  inPlace,
  type KeyState,
  nextIncarnation,
  type Period,
  withGaps,
  withRule,
} from './key-state.js';
import type { KeyType } from './key-type.js';
import type { Line } from './line.js';
import { placeOf } from './naming-convention.js';

type About = Pick<Line, 'separator' | 'rules' | 'now'>;

/**
 * The state of a key's current incarnation: the first one, the saved one, or the next one if the key was
 * deleted.
 */
export function incarnationOf(
  line: About,
  stored: KeyState | undefined,
  key: string,
  keyType: KeyType,
): KeyState {
  if (stored?.status === 'active') return stored;
  if (stored) return recreated(line, stored, keyType, 'deleted');
  return placed(line, firstState(key, placeOf(key, line.separator), keyType, line.now()));
}

/** The next incarnation of a key, with its documents in the place that the current rules give. */
export function recreated(
  line: About,
  state: KeyState,
  keyType: KeyType,
  end: Exclude<Period['end'], null>,
): KeyState {
  const place = placeOf(state.key, line.separator);
  return placed(line, { ...nextIncarnation(state, keyType, end, line.now()), ...place });
}

function placed({ rules }: About, state: KeyState): KeyState {
  return inPlace(
    state,
    rules?.placeFor(state.key, state.keyType) ?? { collection: null, documentId: undefined, rule: undefined },
  );
}

/** The state to save after a batch is written. */
export function after(state: KeyState, batch: Batch, outcome: Outcome, now: Date): KeyState {
  const { seen, written, alreadyThere, dead, gap } = settled(state, outcome).counts;
  const next = {
    ...state,
    revision: state.revision + 1,
    position: batch.position,
    lag: batch.lag,
    counts: {
      seen: seen + batch.entries,
      written: written + outcome.written,
      alreadyThere: alreadyThere + outcome.alreadyThere,
      dead: dead + outcome.dead,
      gap,
    },
    lastSyncedAt: now,
    lastError: null,
  };
  if (batch.changed) next.lastChangedAt = now;
  if (batch.expiresAt !== undefined) next.expiresAt = batch.expiresAt;
  const made = 'rule' in batch ? withRule(next, batch.rule) : next;
  return withGaps(made, batch.gaps);
}

/** Counts records that were refused earlier, and are replaced now, as written. */
export function settled(state: KeyState, { settled: records = 0 }: Outcome): KeyState {
  if (records === 0) return state;
  const { written, dead } = state.counts;
  return { ...state, counts: { ...state.counts, written: written + records, dead: dead - records } };
}

/** The same state, with the revision of the next save. */
export function advance(state: KeyState): KeyState {
  return { ...state, revision: state.revision + 1 };
}
