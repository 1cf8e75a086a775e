import type { Batch, Outcome } from './batch.js';
import type { Gap, KeyState } from './key-state.js';
import type { KeyType } from './key-type.js';

/** The result of one slice of work on a key. */
export interface SyncReport extends Outcome {
  /** When the value had last changed before this; null for never, or not known. */
  readonly changedBefore: Date | null;
  readonly result: 'synced' | 'unchanged' | 'deleted' | 'absent' | 'unsupported' | 'overtaken' | 'paused';
  readonly keyType: KeyType | undefined;
  /** The type that the key had before, as MongoDB knew it; `undefined` where it knew of no value. */
  readonly typeBefore: KeyType | undefined;
  readonly seen: number;
  readonly bytes: number;
  readonly gaps: readonly Gap[];
  /** Entries left in Redis behind the position: where there are any, another job should continue. */
  readonly lag: number;
  /** An incarnation of the key began with this: it is new, came back, was rewound, or changed its type. */
  readonly begunIncarnation: boolean;
  /** The key as it is saved now; `undefined` when it is not known in MongoDB, another worker saved it, or it was seen at once to be unchanged. */
  readonly state: KeyState | undefined;
}

/** Of a small value that was seen at once to be unchanged. */
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

/** Adds up what the batches of a slice came to. */
export class Tally {
  batches = 0;
  readonly #before: KeyState | undefined;
  #seen = 0;
  #written = 0;
  #alreadyThere = 0;
  #dead = 0;
  #bytes = 0;
  readonly #gaps: Gap[] = [];

  constructor(before: KeyState | undefined) {
    this.#before = before;
  }

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

  /** Counts entries that were lost apart from a batch. */
  addGaps(gaps: readonly Gap[]): void {
    this.#gaps.push(...gaps);
  }

  /** The report of the slice. @param state as it is saved; `undefined` where it is not known. */
  report(result: SyncReport['result'], keyType: KeyType | undefined, state?: KeyState): SyncReport {
    return {
      result,
      keyType,
      typeBefore: this.#before?.status === 'active' ? this.#before.keyType : undefined,
      changedBefore: this.#before?.lastChangedAt ?? null,
      seen: this.#seen,
      written: this.#written,
      alreadyThere: this.#alreadyThere,
      dead: this.#dead,
      bytes: this.#bytes,
      gaps: this.#gaps,
      lag: state?.lag ?? 0,
      begunIncarnation: state?.status === 'active' && state.incarnation !== (this.#before?.incarnation ?? 0),
      state,
    };
  }
}
