import type { Batch, Write } from './batch.js';
import type { ByteBudget } from './byte-budget.js';
import type { KeyState } from './key-state.js';
import type { KeyType } from './key-type.js';
import type { Slice } from './slice.js';

/** Reads keys of one type. */
export interface Syncer {
  readonly keyType: KeyType;
  /**
   * Reads new data after the state's position, batch by batch, until the end of the key or of the slice. Each
   * batch is complete in itself: after its writes, its position may be saved. A read reserves its approximate
   * size from the budget; its batch releases the reservation. Ends without a batch if nothing is new or the
   * key is gone.
   * @throws SyncError KEY_TYPE_CHANGED if the key now holds another type.
   */
  read(state: KeyState, slice: Slice, budget: ByteBudget): AsyncIterable<Batch>;
  /** The writes that end the key's incarnation: none for streams, an emptied value for other types. */
  retire(state: KeyState): readonly Write[];
  /**
   * The state without knowledge of the value in MongoDB, so that a read always writes the value. For streams
   * it is the same state, because each entry has its own id.
   */
  withoutContent(state: KeyState): KeyState;
  /**
   * For streams: whether the key now holds another stream than the one that these entries were read from.
   * `true` is certain.
   * @throws SyncError from the source.
   */
  isOtherThan?(key: string, entryIds: readonly string[]): Promise<boolean>;
  /**
   * For streams: whether the key holds an entry with one of these ids.
   * @throws SyncError from the source.
   */
  holdsAny?(key: string, entryIds: readonly string[]): Promise<boolean>;
  /**
   * Whether the value was too large for a reading of small values when it was last read. It then goes alone
   * from the start, so that it is not read twice.
   */
  isLarge?(state: Pick<KeyState, 'position'>): boolean;
}
