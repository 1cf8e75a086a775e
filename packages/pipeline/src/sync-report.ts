import type { Batch, Outcome } from './batch.js';
import type { Gap } from './kept-gaps.js';
import type { KeyState } from './key-state.js';
import type { KeyType } from './key-type.js';

/** The result of one slice of work on a key. */
export interface SyncReport extends Outcome {
  /** When a change was last found before this slice; null: never, or not known. */
  readonly changedBefore: Date | null;
  readonly result: 'synced' | 'unchanged' | 'deleted' | 'absent' | 'unsupported' | 'overtaken' | 'paused';
  readonly keyType: KeyType | undefined;
  /** The key's earlier type in MongoDB; `undefined` if MongoDB had no active key. */
  readonly typeBefore: KeyType | undefined;
  readonly seen: number;
  readonly bytes: number;
  readonly gaps: readonly Gap[];
  /** Number of entries in Redis after the position. If there are any, another job must continue. */
  readonly lag: number;
  /** Whether an incarnation of the key began: it is new, came back, was rewound, or changed its type. */
  readonly begunIncarnation: boolean;
  /**
   * The key's saved state; `undefined` if MongoDB has no state of the key, another worker saved it, or the
   * quick check found it unchanged.
   */
  readonly state: KeyState | undefined;
}

/** The report for a small value that the quick check found unchanged. */
export function unchangedReport(keyType: KeyType): SyncReport {
  return {
    result: 'unchanged',
    keyType,
    typeBefore: keyType,
    changedBefore: null,
    seen: 0,
    written: 0,
    alreadyThere: 0,
    dead: 0,
    bytes: 0,
    gaps: [],
    lag: 0,
    begunIncarnation: false,
    state: undefined,
  };
}

/** Adds up the results of a slice's batches. */
export class Tally {
  batches = 0;
  #seen = 0;
  #written = 0;
  #alreadyThere = 0;
  #dead = 0;
  #bytes = 0;
  readonly #gaps: Gap[] = [];

  constructor(private readonly before: KeyState | undefined) {}

  /** Counts a batch that was written. */
  add(batch: Batch, outcome: Outcome): void {
    this.batches++;
    this.#seen += batch.entries;
    this.#written += outcome.written;
    this.#alreadyThere += outcome.alreadyThere;
    this.#dead += outcome.dead;
    this.#bytes += batch.bytes;
    this.addGaps(batch.gaps);
  }

  /** Counts gaps that do not belong to a batch. */
  addGaps(gaps: readonly Gap[]): void {
    this.#gaps.push(...gaps);
  }

  /** The report of the slice. @param state the saved state; `undefined` if it is not known. */
  report(result: SyncReport['result'], keyType: KeyType | undefined, state?: KeyState): SyncReport {
    return {
      result,
      keyType,
      typeBefore: this.before?.status === 'active' ? this.before.keyType : undefined,
      changedBefore: this.before?.lastChangedAt ?? null,
      seen: this.#seen,
      written: this.#written,
      alreadyThere: this.#alreadyThere,
      dead: this.#dead,
      bytes: this.#bytes,
      gaps: this.#gaps,
      lag: state?.lag ?? 0,
      begunIncarnation: state?.status === 'active' && state.incarnation !== (this.before?.incarnation ?? 0),
      state,
    };
  }
}
