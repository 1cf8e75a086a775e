import type { Batch } from './batch.js';
import type { KeyState, LoadedState } from './key-state.js';
import type { KeyType } from './key-type.js';

/** A small value: the state of a key at one instant. */
export interface SmallValue {
  readonly keyType: KeyType;
  /** A quick check whether the state already has this value. If `false`, `after` decides. */
  isUnchanged(state: LoadedState): boolean;
  /**
   * The result of a syncer's read: the batch that follows the state; `undefined` if nothing has changed;
   * `'alone'` if the value must not be written as one document.
   */
  after(state: KeyState): Batch | 'alone' | undefined;
}

/**
 * The result of a reading for one key:
 * - a small value.
 * - gone: there is no such key.
 * - alone: another kind of value, or a large one; its own syncer must read it.
 * - later: the reading was full before it came to this key.
 */
export type Found = SmallValue | 'gone' | 'alone' | 'later';

/** The result of reading many small values together. */
export interface SmallReading {
  /** One result for each key, in the order of the keys. */
  readonly found: readonly Found[];
  /** Bytes of the values that were read. */
  readonly bytes: number;
  /** Releases the reading's share of the byte budget. */
  release(): void;
}
