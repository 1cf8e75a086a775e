import type { Batch, Outcome } from './batch.js';
import { firstState, inCollection, type KeyState, nextLife, type Period, withGaps } from './key-state.js';
import type { KeyType } from './key-type.js';
import type { Line } from './line.js';
import { placeOf } from './naming-convention.js';

type About = Pick<Line, 'separator' | 'rules' | 'now'>;

/** The life that a key of this type is in: its first, the one it was left in, or the next if it had been gone. */
export function lifeOf(line: About, stored: KeyState | undefined, key: string, keyType: KeyType): KeyState {
  if (stored?.status === 'active') return stored;
  if (stored) return reborn(line, stored, keyType, 'deleted');
  return placed(line, firstState(key, placeOf(key, line.separator), keyType, line.now()));
}

/** The next life of a key, whose documents go where the rules of today say. */
export function reborn(
  line: About,
  state: KeyState,
  keyType: KeyType,
  end: Exclude<Period['end'], null>,
): KeyState {
  const place = placeOf(state.key, line.separator);
  return placed(line, { ...nextLife(state, keyType, end, line.now()), ...place });
}

function placed({ rules }: About, state: KeyState): KeyState {
  return inCollection(state, rules?.collectionFor(state.key, state.keyType) ?? null);
}

/** The state once a batch is written. */
export function after(state: KeyState, batch: Batch, outcome: Outcome, now: Date): KeyState {
  const counts = state.counts;
  return withGaps(
    {
      ...state,
      position: batch.position,
      lag: batch.lag,
      counts: {
        ...counts,
        seen: counts.seen + batch.entries,
        written: counts.written + outcome.written,
        alreadyThere: counts.alreadyThere + outcome.alreadyThere,
        dead: counts.dead + outcome.dead,
      },
      lastSyncedAt: now,
      lastChangedAt: batch.changed ? now : state.lastChangedAt,
      expiresAt: batch.expiresAt === undefined ? state.expiresAt : batch.expiresAt,
      lastError: null,
    },
    batch.gaps,
  );
}

/** The state as the save that follows has it. */
export function advance(state: KeyState): KeyState {
  return { ...state, revision: state.revision + 1 };
}
