import type { Batch, Write } from './batch.js';
import type { ByteBudget } from './byte-budget.js';
import type { KeyState } from './key-state.js';
import type { KeyType } from './key-type.js';
import type { Slice } from './slice.js';

/** Reads keys of one type. */
export interface Syncer {
  readonly keyType: KeyType;
  /**
   * Reads what is new behind the state's position, batch by batch, until the key is read to its end or the
   * slice is spent. Each batch is complete in itself: once its writes are done, its position may be saved.
   * A read reserves about what it will take from the budget, and its batch releases that.
   * Ends without a batch when nothing is new or the key is gone.
   * @throws SyncError KEY_TYPE_CHANGED when the key holds another type by now.
   */
  read(state: KeyState, slice: Slice, budget: ByteBudget): AsyncIterable<Batch>;
  /** What must be written when the key's incarnation has ended: nothing for streams, an emptied value for the others. */
  retire(state: KeyState): readonly Write[];
  /**
   * The state as one that does not say what the value in MongoDB holds, so that a read writes the value, whatever it is. For streams
   * it is the same state: their entries have ids of their own.
   */
  withoutContent(state: KeyState): KeyState;
  /** Whether the value was too large when it was read last to be read together with small ones: it is read once then, not twice. */
  isLarge?(state: Pick<KeyState, 'position'>): boolean;
}
