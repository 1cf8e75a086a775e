import type { MembersWrite, Outcome, ReplaceWrite, Write } from './batch.js';
import type { ByteBudget } from './byte-budget.js';
import type { KeyState, LoadedState } from './key-state.js';
import type { KeyType } from './key-type.js';
import type { RuleBook } from './rules/rule-book.js';
import type { SmallReading } from './small-value.js';
import type { SyncError } from './sync-error.js';
import type { Syncer } from './syncer.js';

/** Reads keys: their types, and their new content. */
export interface Source {
  /**
   * The key's current type; `undefined` if the key does not exist; `unknown` with the server's name for a
   * type that is not mirrored.
   */
  typeOf(key: string): Promise<KeyType | { readonly unknown: string } | undefined>;
  /**
   * Begins to watch which server answers the reads that follow.
   * @returns a function to call after the reads. It resolves if the server is still the one to mirror.
   * Otherwise it throws a SyncError of class transient, and the reads must be discarded.
   */
  sameServer(): () => Promise<void>;
  syncer(keyType: KeyType): Syncer | undefined;
  /** The syncers of all mirrored key types. */
  syncers(): Iterable<Syncer>;
  /** As Syncer.retire, also for a key type that is no longer mirrored. */
  retire(state: KeyState): readonly Write[];
  /**
   * Reads keys whose values are small, many by one command. Each is read at one instant with its type and
   * expiry time.
   * @throws SyncError if nothing could be read.
   */
  readSmall(keys: readonly string[], budget: ByteBudget): Promise<SmallReading>;
}

/** Writes batches, and stores the states of keys. */
export interface Sink {
  /** The key's state; `undefined` if it was never saved. */
  load(key: string): Promise<KeyState | undefined>;
  /**
   * Writes all records, and returns the counts of their verdicts. Resolves only when everything is durable.
   * @throws SyncError STALE_READ if MongoDB holds something newer than the state that the writes belong to.
   */
  write(state: KeyState, writes: readonly Write[]): Promise<Outcome>;
  /**
   * Removes the writes of an overtaken run, if its key was migrated to another place meanwhile: no later run
   * would find them in the old place.
   * @param before the last saved state of the run.
   */
  leave(before: KeyState): Promise<void>;
  /**
   * The stream's newest incarnation that has entries in MongoDB, dead letters included, if it is newer than the
   * state's; otherwise the state's.
   */
  newestIncarnation(state: KeyState): Promise<number>;
  /** The ids of the last entries of the stream's incarnation in MongoDB, dead letters included: at most 100. */
  entryIds(state: KeyState): Promise<readonly string[]>;
  /** Whether MongoDB has an active document of the key in the place of this value. */
  hasValue(state: KeyState, value: ReplaceWrite | MembersWrite): Promise<boolean>;
  /**
   * Saves the state if MongoDB still holds revision `next.revision - 1`.
   * @throws SyncError POSITION_MOVED if another worker has saved meanwhile.
   */
  save(before: KeyState, next: KeyState): Promise<void>;
  /** The same operations for many keys, with shared commands. */
  readonly many: ManySink;
}

/** A value to write as one document, and the state that it belongs to. */
export interface Replacement {
  readonly state: KeyState;
  readonly write: ReplaceWrite;
}

/**
 * A save of a key's state: the state that the run began with, and the next one. It fails if MongoDB no longer
 * has the state `before`.
 */
export interface Saving {
  readonly before: KeyState;
  readonly next: KeyState;
}

/**
 * Operations on many keys together, with a result for each key. An error that is thrown concerns all of them.
 */
export interface ManySink {
  /** The states of the keys that were saved before; an error for a key whose document can't be read. */
  load(keys: readonly string[]): Promise<ReadonlyMap<string, LoadedState | SyncError>>;
  /** The outcome for each value; `undefined` if MongoDB holds a newer one. */
  replace(values: readonly Replacement[]): Promise<readonly (Outcome | undefined)[]>;
  /**
   * Whether each state was saved; false if another worker has saved meanwhile, or MongoDB refuses the key's
   * document.
   */
  save(savings: readonly Saving[]): Promise<readonly boolean[]>;
}

/** The steps of the line at which a crash test may stop the process. */
export type Step = 'after-read' | 'after-dead-letter' | 'after-write' | 'before-save' | 'after-save';

/** Everything that syncKey needs: the source, the sink, and the limits. */
export interface Line {
  readonly source: Source;
  readonly sink: Sink;
  readonly separator: string;
  /** The rules for collections and documents; without them, the defaults apply. */
  readonly rules?: RuleBook;
  /** Bounds the bytes that all jobs of the process hold in memory between read and write. */
  readonly budget: ByteBudget;
  readonly now: () => Date;
  /** Called when a step is reached; awaited, so that a test can hold the line there. */
  readonly at?: (step: Step, key: string) => Promise<void> | void;
}
