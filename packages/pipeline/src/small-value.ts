import type { Batch } from './batch.js';
import type { KeyState, LoadedState } from './key-state.js';
import type { KeyType } from './key-type.js';

/** A small value, as a key really had it at one instant. */
export interface SmallValue {
  readonly keyType: KeyType;
  /** Whether it is seen at once that the state already has this value. Else `after` has the last word. */
  isUnchanged(state: LoadedState): boolean;
  /**
   * What a syncer's read gives for it: the batch that follows the state, `undefined` where nothing has changed; `'alone'`
   * where it is not to be written as one document.
   */
  after(state: KeyState): Batch | 'alone' | undefined;
}

/**
 * What a reading found of a key:
 * - a small value.
 * - gone: there is no such key.
 * - alone: another kind of value, or a large one: its own syncer is to read it.
 * - later: the reading was full before it came to this key.
 */
export type Found = SmallValue | 'gone' | 'alone' | 'later';

/** The result of reading many small values together. */
export interface SmallReading {
  /** One for each key that was asked for, in their order. */
  readonly found: readonly Found[];
  /** Bytes of the values that were read. */
  readonly bytes: number;
  /** Gives back what the reading holds of the byte budget. */
  release(): void;
}
