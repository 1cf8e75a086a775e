import type { MembersWrite, Outcome, ReplaceWrite, Write } from './batch.js';
import type { ByteBudget } from './byte-budget.js';
import type { KeyState, LoadedState } from './key-state.js';
import type { KeyType } from './key-type.js';
import type { RuleBook } from './rules/rule-book.js';
import type { SmallReading } from './small-value.js';
import type { SyncError } from './sync-error.js';
import type { Syncer } from './syncer.js';

/** Reads keys: their types, and what is new in them. */
export interface Source {
  /** What the key is now; `undefined` when it is not there, the server's word for a type nobody here knows. */
  typeOf(key: string): Promise<KeyType | { readonly unknown: string } | undefined>;
  /**
   * Begins to watch which server answers, for what is read from now on.
   * @returns resolves if that server is still the one to be mirrored; what was read is worth nothing otherwise. Throws SyncError of class transient.
   */
  sameServer(): () => Promise<void>;
  syncer(keyType: KeyType): Syncer | undefined;
  /** Those of all key types that are mirrored. */
  syncers(): Iterable<Syncer>;
  /** As Syncer.retire, also of a key type that is no longer mirrored. */
  retire(state: KeyState): readonly Write[];
  /**
   * Reads keys whose values are small, many by one command, each at once with its type and its time to live.
   * @throws SyncError when nothing could be read.
   */
  readSmall(keys: readonly string[], budget: ByteBudget): Promise<SmallReading>;
}

/** Writes batches, and stores the states of keys. */
export interface Sink {
  /** The key's state, or `undefined` when it was never saved. */
  load(key: string): Promise<KeyState | undefined>;
  /**
   * Writes all, and says how each record fared. Resolves only when everything is durable.
   * @throws SyncError STALE_READ when MongoDB holds something newer than the state the writes belong to.
   */
  write(state: KeyState, writes: readonly Write[]): Promise<Outcome>;
  /**
   * Removes what a run has written that was overtaken, if its key was migrated to another place meanwhile: nobody would meet it there.
   * @param before the last saved state of the run.
   */
  leave(before: KeyState): Promise<void>;
  /** Whether MongoDB has an active document of the key in the place of a value. */
  hasValue(state: KeyState, value: ReplaceWrite | MembersWrite): Promise<boolean>;
  /**
   * Saves the state if MongoDB still holds revision `next.revision - 1`.
   * @throws SyncError POSITION_MOVED when another worker has saved meanwhile.
   */
  save(before: KeyState, next: KeyState): Promise<void>;
  /** The same for many keys, in commands that they share. */
  readonly many: ManySink;
}

/** A value to be written as a whole, and the state that it belongs to. */
export interface Replacement {
  readonly state: KeyState;
  readonly write: ReplaceWrite;
}

/**
 * A save of a key's state: the state that the run began with, and the next one. It fails if MongoDB no longer has
 * the first.
 */
export interface Saving {
  readonly before: KeyState;
  readonly next: KeyState;
}

/** What a sink does for many keys at once, each with a verdict of its own; what it throws is about all of them. */
export interface ManySink {
  /** The states of the keys that were saved before; an error where a key's document can't be read. */
  load(keys: readonly string[]): Promise<ReadonlyMap<string, LoadedState | SyncError>>;
  /** How each value fared; `undefined` where MongoDB holds a newer one. */
  replace(values: readonly Replacement[]): Promise<readonly (Outcome | undefined)[]>;
  /** Whether each was saved; not where another worker has saved meanwhile, or MongoDB refuses the key's document. */
  save(savings: readonly Saving[]): Promise<readonly boolean[]>;
}

/** The steps of the line at which a crash test may stop the process. */
export type Step = 'after-read' | 'after-dead-letter' | 'after-write' | 'before-save' | 'after-save';

/** Everything that syncKey needs: where keys are read from, where they are written to, and the limits between. */
export interface Line {
  readonly source: Source;
  readonly sink: Sink;
  readonly separator: string;
  /** Which collection a key's next incarnation goes to; without it, that of its type. */
  readonly rules?: RuleBook;
  /** Bounds what all jobs of the process hold in memory between read and write. */
  readonly budget: ByteBudget;
  readonly now: () => Date;
  /** Called when a step is reached; awaited, so that a test can hold the line there. */
  readonly at?: (step: Step, key: string) => Promise<void> | void;
}
