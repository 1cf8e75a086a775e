import type { Batch, Outcome, ReplaceWrite } from './batch.js';
import { type KeyState, type LoadedState, retired } from './key-state.js';
import type { Line } from './line.js';
import { advance, after, incarnationOf } from './next-state.js';
import type { Found } from './small-value.js';
import { type SyncReport, Tally, unchangedReport } from './sync-report.js';

/** A key whose value must be written as one document, and whose state must be saved. */
export interface Changed {
  readonly key: string;
  /** The state in MongoDB. */
  readonly stored: KeyState | undefined;
  /** The state that the save must find in MongoDB. */
  readonly before: KeyState;
  /** The state that the write belongs to. */
  readonly state: KeyState;
  /** The batch that was read; `undefined` if the key is gone. */
  readonly batch: Batch | undefined;
  readonly write: ReplaceWrite;
}

/** What to do with a key: write it, report its result, sync it alone, or read it later. */
export type Decision = Changed | { readonly report: SyncReport } | 'alone' | 'later';

/** Decides what to do with a key that was read together with others. */
export function decideSmall(
  line: Line,
  key: string,
  loaded: LoadedState | undefined,
  found: Found,
): Decision {
  if (found === 'alone' || found === 'later') return found;
  const isSameType = found !== 'gone' && loaded?.status === 'active' && loaded.keyType === found.keyType;
  if (isSameType && found.isUnchanged(loaded))
    // The last error is over, and must be removed from the state.
    return loaded.lastError ? 'alone' : { report: unchangedReport(loaded.keyType) };
  const stored = loaded?.whole();
  if (found === 'gone') return decideGone(line, key, stored);
  // A changed type needs more steps.
  if (stored && stored.keyType !== found.keyType) return 'alone';
  const state = incarnationOf(line, stored, key, found.keyType);
  const batch = found.after(state);
  if (batch === 'alone') return batch;
  if (!batch) {
    if (stored?.lastError) return 'alone';
    return { report: new Tally(stored).report('unchanged', state.keyType, state) };
  }
  return changedBy(key, stored, state, batch, batch.writes);
}

function decideGone(line: Line, key: string, stored: KeyState | undefined): Decision {
  if (stored?.status === 'deleted' && stored.lastError) return 'alone';
  if (stored?.status !== 'active')
    return { report: new Tally(stored).report('absent', stored?.keyType, stored) };
  return changedBy(key, stored, stored, undefined, line.source.syncer(stored.keyType)?.retire(stored) ?? []);
}

function changedBy(
  key: string,
  stored: KeyState | undefined,
  state: KeyState,
  batch: Batch | undefined,
  writes: Batch['writes'],
): Changed | 'alone' {
  const [write] = writes;
  if (writes.length !== 1 || write?.kind !== 'replace' || write.hasMembers) return 'alone';
  // A dead letter of the value may have to be dropped.
  if (state.counts.dead > 0) return 'alone';
  return { key, stored, before: stored ?? state, state, batch, write };
}

/** The state to save after the value is written. */
export function nextOf({ state, batch }: Changed, outcome: Outcome, now: Date): KeyState {
  return batch ? after(state, batch, outcome, now) : advance(retired(state, now));
}
